"""Imported by the server that forks the nodes, before `preload`, where enough of them call compiled loops.

What compiles and what solves takes 25 MB in each process that imports it for itself.
"""

import numba
import scipy.optimize
import scipy.signal

__all__ = ["numba", "scipy"]
