"""Whether what a house may work out of its people can be so: residents who agreed, rooms and devices of gestures."""

from collections.abc import Iterator

from sumika.config._building import Told
from sumika.config._items import identifiers
from sumika.config._problem import FieldPath, listed, nearest
from sumika.config._tree import Plain


def knowing_problems(data: dict[str, Plain]) -> Iterator[Told]:
    """Yield what cannot be about what the house works out.

    Args:
        data: The whole description.
    """
    knowing = data.get("knowing")
    if not isinstance(knowing, dict):
        return
    agreed = knowing.get("agreed")
    for place, name in enumerate(agreed if isinstance(agreed, list) else ()):
        yield from _unknown(data, "residents", ("knowing", "agreed", place), name)
    commands = knowing.get("commands")
    for place, command in enumerate(commands if isinstance(commands, list) else ()):
        if isinstance(command, dict):
            yield from _unknown(data, "devices", ("knowing", "commands", place, "device"), command.get("device"))
            if command.get("room"):
                yield from _unknown(data, "rooms", ("knowing", "commands", place, "room"), command.get("room"))
    if isinstance(commands, list) and commands and knowing.get("gestures") is not True:
        yield Told(
            path=("knowing", "commands"),
            text="gestures are not looked for, so that none of these is ever asked for",
            found="gestures: false",
            allowed="gestures: true",
        )


def _unknown(data: dict[str, Plain], section: str, path: FieldPath, name: Plain) -> Iterator[Told]:
    known = [one for _, one in identifiers(data, section)]
    if isinstance(name, str) and name not in known:
        text = f"the house has none of that name among its {section}"
        yield Told(path=path, text=text, found=f"'{name}'", allowed=listed(known), near=nearest(name, known))
