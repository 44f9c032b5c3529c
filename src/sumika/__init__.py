"""Sumika: an open home ECU."""

from importlib.metadata import version

__version__ = version("sumika")
