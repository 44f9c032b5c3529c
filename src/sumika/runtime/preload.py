"""Imported once by the server that forks the nodes: their processes share these pages and start in milliseconds."""

import gc

import sumika.runtime.table

__all__ = ["sumika"]

# What is imported by now never becomes garbage; without this the collector would touch, and so copy, every shared page.
gc.collect()
gc.freeze()
