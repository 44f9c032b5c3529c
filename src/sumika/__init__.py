"""Sumika: an open home ECU."""

from importlib.metadata import version

__version__ = version("sumika")

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sumika.ecu import Ecu, Foretold, Measurements, readings

__all__ = ["Ecu", "Foretold", "Measurements", "readings"]


def __getattr__(name: str) -> Any:
    """Return the controller for `from sumika import Ecu`; whoever only wants a version does not wait for a solver."""
    if name in __all__:
        from sumika import ecu

        return getattr(ecu, name)
    raise AttributeError(f"module 'sumika' has no attribute {name!r}")
