"""The options of a connection in house.yaml, each checked where it is used."""

from collections.abc import Mapping

from sumika.schema import UsageError
from sumika.schema.house import Connection


class Options:
    """What a connection says under `options`."""

    def __init__(self, connection: Connection, known: Mapping[str, type]) -> None:
        """Check that each is known and of its type.

        Args:
            connection: As in `house.yaml`.
            known: `str` or `float`, by name.

        Raises:
            UsageError: if one is not.
        """
        self._where = f"house.yaml: connection {connection.id}: options"
        self._given = connection.options
        for name, value in connection.options.items():
            if name not in known:
                raise UsageError(
                    f"there is no option {name!r}",
                    where=self._where,
                    remedy=f"A connection of type {connection.type} knows: {', '.join(sorted(known))}",
                )
            if isinstance(value, str) != (known[name] is str):
                raise UsageError(
                    f"{name} is {value!r}", where=self._where, remedy=f"Give a {_WORDS[known[name] is str]} instead"
                )

    def text(self, name: str, default: str = "") -> str:
        """Return an option that is a text."""
        return str(self._given.get(name, default))

    def number(self, name: str, default: float, *, least: float = 0.0, most: float = 1e6) -> float:
        """Return an option that is a number.

        Raises:
            UsageError: if it lies outside `least` to `most`.
        """
        value = float(self._given.get(name, default))
        if not least <= value <= most:
            raise UsageError(
                f"{name} is {value:g}", where=self._where, remedy=f"Give a number from {least:g} to {most:g}"
            )
        return value


_WORDS = {True: "text", False: "number"}
