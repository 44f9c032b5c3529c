"""Templates of papers: YAML with one sentence after the other, which anybody can edit; none of it is a program.

A sentence is text with {{ ... }} in it. What may stand there is a value, its parts, a few filters, and a choice between
two; no loop, no call, no arithmetic: a number that a template made up would stand in no row. Loops are said beside the
sentence (`each: nights`, `as: night`), and are over what there is.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sumika.schema import SumikaError

Kind = TypeVar("Kind")
LARGEST_BYTES = 200_000
LONGEST_SENTENCE = 2_000
_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Filter,
    nodes.Const,
    nodes.CondExpr,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
    nodes.Compare,
    nodes.Operand,
)


class Saying(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sentence.

    Attributes:
        say: The sentence.
        when: Only where this holds.
        each: Once for each of these.
        as_: What each is called in the sentence.
        otherwise: What is said where something in it is not known; empty: nothing is.
        needed: Whether a person has to write it where it is not known.
    """

    say: str
    when: str = ""
    each: str = ""
    as_: str = msgspec.field(default="it", name="as")
    otherwise: str = ""
    needed: bool = False


class ColumnRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A column: its heading, what stands in its cells, and the unit of these."""

    title: str
    cell: str
    unit: str = ""


class TableRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table with a row for each of something."""

    each: str
    columns: tuple[ColumnRule, ...]
    as_: str = msgspec.field(default="it", name="as")
    when: str = ""


class SectionRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part of a paper; once, or once for each of something."""

    title: str
    say: tuple[str | Saying, ...] = ()
    when: str = ""
    each: str = ""
    as_: str = msgspec.field(default="it", name="as")
    table: TableRule | None = None


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A whole paper."""

    title: str
    sections: tuple[SectionRule, ...]


class Environment(ImmutableSandboxedEnvironment):
    """Evaluates the pieces in braces, and nothing that could do anything else."""

    def __init__(self, filters: Mapping[str, Callable[..., object]]) -> None:
        """Take the filters that there are; none of Jinja's own is kept."""
        super().__init__(undefined=StrictUndefined, autoescape=False, cache_size=2000)
        self.filters = dict(filters)
        self.globals = {}
        self.tests = {}

    def checked(self, source: str) -> str:
        """Return a sentence that holds nothing but what may stand in one.

        Raises:
            TemplateError: if it holds more.
        """
        if len(source) > LONGEST_SENTENCE:
            raise TemplateError(f"a sentence may have {LONGEST_SENTENCE} characters")
        tree = self.parse(source)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _NODES):
                raise TemplateError(f"no {type(node).__name__.lower()} may stand in a sentence")
            if isinstance(node, nodes.Filter) and node.name not in self.filters:
                raise TemplateError(f"there is no filter '{node.name}'")
        return source

    def filled(self, source: str, context: Mapping[str, object]) -> str:
        """Return a sentence with its braces filled.

        Raises:
            TemplateError: if it may not be, or names what there is not.
        """
        return self.from_string(self.checked(source)).render(context)

    def worked_out(self, expression: str, context: Mapping[str, object]) -> Any:
        """Return what an expression comes to: what a loop goes over, whether a sentence is said.

        Raises:
            TemplateError: if it may not be, or names what there is not.
        """
        self.checked(f"{{{{ {expression} }}}}")
        return self.compile_expression(expression, undefined_to_none=True)(context)


def load_template(name: str, folders: tuple[Path, ...]) -> tuple[Template, Path]:
    """Return a template from the first folder that has it, and where it lies.

    Args:
        name: As "care_day.ja".
        folders: One's own first.

    Raises:
        SumikaError: if none has it, or it cannot be read.
    """
    for folder in folders:
        path = folder / f"{name}.yaml"
        if path.is_file():
            return read_yaml(path, Template), path
    raise SumikaError(
        f"there is no template '{name}'", where=str(folders[-1]), remedy="Is that paper written in that language?"
    )


def read_yaml(path: Path, kind: type[Kind]) -> Kind:
    """Return what a YAML file says.

    Raises:
        SumikaError: if it cannot be read, or says something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_BYTES + 1)
        if len(data) > LARGEST_BYTES:
            raise SumikaError(f"larger than {LARGEST_BYTES} bytes", where=str(path), remedy="Make it smaller")
        said = YAML(typ="safe", pure=True).load(data.decode("utf-8"))
        return msgspec.convert(said, kind)
    except (OSError, UnicodeDecodeError, YAMLError, msgspec.ValidationError, RecursionError) as error:
        words = " ".join(str(error).split())[:300]
        raise SumikaError(f"cannot be read ({words})", where=str(path), remedy="Correct it, or take it away") from error
