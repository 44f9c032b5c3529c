"""Libraries that only paperwork needs: a house without a desk does without them."""

import importlib
from typing import Any

from sumika.schema import SumikaError


def needed(module: str) -> Any:
    """Return a module of such a library; they are slow to import, and publish no types.

    Args:
        module: Its name.

    Raises:
        SumikaError: if it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise SumikaError(
            f"{module.partition('.')[0]} is not installed", remedy="Install it with: pip install 'sumika[desk]'"
        ) from error
