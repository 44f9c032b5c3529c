"""XML read without what makes it dangerous: no entities, nothing fetched, no depth without end."""

import xml.parsers.expat
from dataclasses import dataclass, field

from sumika.dashboard.problem import RefusedError, refused

DEEPEST = 60
MOST_ELEMENTS = 60_000


@dataclass
class Element:
    """One element.

    Attributes:
        tag: Without its namespace.
        attributes: Names without their namespaces.
        text: Of itself and all within it.
        children: In order.
    """

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)


class _Builder:
    def __init__(self) -> None:
        self.open: list[Element] = []
        self.root: Element | None = None
        self._count = 0

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self.open) >= DEEPEST or self._count > MOST_ELEMENTS:
            raise refused(422, "plan_xml_large", elements=MOST_ELEMENTS, deep=DEEPEST)
        element = Element(_local(tag), {_local(name): value for name, value in attributes.items()})
        if self.open:
            self.open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self.open.append(element)

    def end(self, tag: str) -> None:
        ended = self.open.pop()
        if self.open:
            self.open[-1].text += ended.text

    def characters(self, text: str) -> None:
        if self.open and self.open[-1].tag in {"text", "tspan", "title"}:
            self.open[-1].text += text


def element_tree(content: bytes) -> Element:
    """Return the root of an XML document.

    A document type that only names itself, as many drawing programs write it, is skipped over; one that declares
    anything is refused, since what is declared can grow without end or name files of this computer.

    Raises:
        RefusedError: if it is no XML, or more than is read from strangers.
    """
    builder = _Builder()
    parser = xml.parsers.expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = builder.begin
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    parser.StartDoctypeDeclHandler = _document_type
    parser.EntityDeclHandler = _entity
    try:
        parser.Parse(content, True)
    except RefusedError:
        raise
    except (xml.parsers.expat.ExpatError, ValueError, LookupError) as error:
        raise refused(422, "plan_xml", why=str(error)[:200]) from error
    if builder.root is None:
        raise refused(422, "plan_xml", why="it is empty")
    return builder.root


def _document_type(name: str, system: str | None, public: str | None, has_declarations: bool) -> None:
    if has_declarations:
        raise refused(422, "plan_entities")


def _entity(*declared: object) -> None:
    raise refused(422, "plan_entities")


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
