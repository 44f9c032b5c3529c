"""The command line."""

from sumika.cli.main import main

__all__ = ["main"]
