"""The line of house.yaml on which something stands that an error names: world.start, devices.lamp.kind."""

from sumika.config._problem import FieldPath
from sumika.config._tree import Plain, parse_tree


def line_of(text: str, where: str) -> int:
    """Return the line of a place, counted from 1; that of what it would stand in where it is absent; 0 if that is too.

    Args:
        text: A description that could be read.
        where: Keys and ids from the top, with dots between them.
    """
    tree = parse_tree(text)
    path: FieldPath = ()
    part: Plain = tree.data
    for name in where.split("."):
        if isinstance(part, dict) and name in part:
            path, part = (*path, name), part[name]
        elif isinstance(part, list) and name in (names := [_id_of(one) for one in part]):
            index = names.index(name)
            path, part = (*path, index), part[index]
        else:
            break
    return tree.line(path) if path else 0


def _id_of(item: Plain) -> str:
    found = item.get("id") if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""
