"""What all descriptions of a floor plan share."""

from typing import Annotated

from msgspec import Meta

Identifier = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9_]{0,31}$(?!\n)",
        description="lower-case letters, digits and _, beginning with a letter, at most 32",
    ),
]
Metres = Annotated[float, Meta(ge=-1000, le=1000)]
Degrees = Annotated[float, Meta(ge=-360, le=360)]
Point = tuple[Metres, Metres]
"""(x, y) in metres on the floor plan."""
