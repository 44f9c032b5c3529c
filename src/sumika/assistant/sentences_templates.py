"""Templates of both languages: read from files, and made ready for matching."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import msgspec
from ruamel.yaml import YAML

from sumika.assistant import sentences_home_assistant
from sumika.assistant.sentences_heard import template_letters
from sumika.assistant.sentences_lists import FOUND
from sumika.schema import SumikaError

if TYPE_CHECKING:
    from sumika.assistant.sentences_match import Beginnings, Node


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence of the book.

    Attributes:
        text: As it stands in the file.
        node: Ready for matching.
        tool: Which it stands for.
        what: Its closed word.
        statistic: now, mean, highest or lowest.
        slots: What the file says of slots without anybody saying it: a domain.
        domains: What names in it must be, by Home Assistant's domains; empty: anything.
    """

    text: str
    node: Any
    tool: str
    what: str
    statistic: str
    slots: Mapping[str, str]
    domains: frozenset[str]


@cache
def book(language: str) -> tuple[tuple[Template, ...], tuple[str, ...]]:
    """Return the templates of a language and the words that are skipped; they are read once."""
    try:
        from sumika.assistant.sentences_match import Compiler
    except ModuleNotFoundError:
        raise SumikaError("hassil is not installed", remedy="pip install 'sumika[assistant]'") from None

    documents = list(_files(language))
    if language == "en":
        documents.append(("home-assistant-intents", sentences_home_assistant.english()))
    rules: dict[str, str] = {}
    values: dict[str, list[tuple[str, str]]] = {}
    skipped: list[str] = []
    for name_of, document in reversed(documents):
        rules.update(document.get("expansion_rules", {}))
        skipped += document.get("skip_words", ())
        for name, one in document.get("lists", {}).items():
            if "values" in one:
                values[name] = [_value(value) for value in one["values"]]
        for _, block in _blocks(name_of, document):
            rules.update(block.get("expansion_rules", {}))
    compiler = Compiler(rules, values, FOUND)
    templates = tuple(
        _template(name, text, block, compiler.node(text))
        for name, document in documents
        for _, block in _blocks(name, document)
        for text in block["sentences"]
    )
    return templates, tuple(sorted({template_letters(word) for word in skipped}, key=len, reverse=True))


@cache
def beginnings_of(language: str) -> "Beginnings":
    """Return by what stands in a sentence which templates of a language can begin there."""
    from sumika.assistant.sentences_match import Beginnings

    return Beginnings([template.node for template in book(language)[0]])


def _files(language: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    folder = resources.files("sumika.assistant") / "sentences" / language
    yaml = YAML(typ="safe", pure=False)
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            yield file.name, yaml.load(file.read_text(encoding="utf-8"))


def _blocks(name: str, document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if name == "home-assistant-intents":
        yield from sentences_home_assistant.blocks(document)
        return
    for intent, data in (document.get("intents") or {}).items():
        for block in data["data"]:
            yield intent, block


def _value(value: str | Mapping[str, Any]) -> tuple[str, str]:
    return (value, value) if isinstance(value, str) else (str(value["in"]), str(value.get("out", "")))


def _template(name: str, text: str, block: Mapping[str, Any], node: "Node") -> Template:
    metadata = block["metadata"]
    domain = block.get("requires_context", {}).get("domain", ())
    slots = {key: value for key, value in block.get("slots", {}).items() if isinstance(value, str)}
    return Template(
        text=f"{name}: {text}",
        node=node,
        tool=metadata["tool"],
        what=metadata["what"],
        statistic=metadata.get("statistic", "now"),
        slots=slots,
        domains=frozenset({domain} if isinstance(domain, str) else domain),
    )
