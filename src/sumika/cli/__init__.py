"""The command line."""

from sumika.cli._interrupts import ctrl_c_ends

with ctrl_c_ends():
    from sumika.cli.main import main

__all__ = ["main"]
