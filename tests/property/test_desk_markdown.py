"""Whatever a record says, its Markdown shows it as it stands: no formatting, no link, no HTML, and no needless mark."""

import re
from collections.abc import Iterator, Sequence

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from sumika.desk.markdown import as_markdown, escaped
from sumika.desk.paper import Column, Section, Statement, Struck, Table
from tests.desk_helpers import NAMES, paper_of, row

PIECES = (
    *(
        "*",
        "**",
        "_",
        "__",
        "`",
        "```",
        "~",
        "~~",
        "~~~",
        "[",
        "](x)",
        "![",
        "]",
        "<",
        ">",
        "</b>",
        "<b>",
        "<!--",
        "&amp;",
    ),
    *(
        "&#42;",
        "\\",
        "|",
        "#",
        "## ",
        "- ",
        "+ ",
        "1. ",
        "2) ",
        "> ",
        "---",
        "===",
        "***",
        "http://a.b",
        "www.a.b",
        "a@b.c",
    ),
    *(
        "[^1]",
        "[^1]: x",
        "- [ ] ",
        "| a | b |",
        "|---|",
        "\n",
        "\n\n",
        "\t",
        "    ",
        "  \n",
        "x",
        "室",
        "7",
        ".",
        ")",
        "!",
        ":",
    ),
)
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join) | st.text(max_size=20)
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
PLAIN = {"text", "softbreak", "text_special"}


def tokens(markdown: str) -> Iterator[Token]:
    for token in READER.parse(markdown):
        yield token
        yield from token.children or ()


def told(markdown: str) -> tuple[set[str], str]:
    """Return what kinds of tokens a reader finds, and the text that it shows."""
    found = list(tokens(markdown))
    shown = "".join(
        token.content if token.type in ("text", "code_inline") else " " for token in found if token.type != "inline"
    )
    return {token.type for token in found}, " ".join(shown.split())


def squeezed(text: str) -> str:
    """Return text without what no reader shows: breaks, and the letter that stands for no letter."""
    return " ".join(re.sub(r"[\s\x1c-\x1f\x85\u2028\u2029\0]+", " ", text).split())


@given(text=HOSTILE)
@settings(deadline=None, max_examples=150)
@pytest.mark.parametrize("frame", ["{}", "- {}", "# {}", "x: {}", "> **b** {}"])
def test_text_is_shown_as_it_stands_wherever_it_stands(frame: str, text: str) -> None:
    before, at_start = frame.format("").rstrip(), not frame.startswith(("x", ">"))
    kinds, shown = told(frame.format(escaped(text, at_start=at_start)))
    usual, _ = told(frame.format("x"))
    assert kinds <= usual | PLAIN
    assert shown == squeezed(f"{before.lstrip('#->').strip().replace('**', '')} {text}")


@given(text=HOSTILE)
@settings(deadline=None, max_examples=150)
def test_a_cell_stays_a_cell(text: str) -> None:
    markdown = f"| a | b |\n|---|---|\n| {escaped(text, in_table=True)} | 7 |\n"
    found = [token for token in READER.parse(markdown) if token.type == "inline"]
    assert len(found) == 4
    kinds, shown = told(markdown)
    assert kinds <= told("| a | b |\n|---|---|\n| x | 7 |\n")[0] | PLAIN
    assert shown == squeezed(f"a b {text} 7")


@given(texts=st.lists(HOSTILE, min_size=6, max_size=6), cut=st.integers(0, 12))
@settings(deadline=None, max_examples=100)
def test_a_whole_paper_has_no_markup_but_its_own(texts: Sequence[str], cut: int) -> None:
    title, sentence, head, cell, word, name = (text[:60] for text in texts)
    first = row("event", "aircon", None, "", text=word)
    paper = paper_of(sentence, [first])
    end = min(len(sentence), cut + 3)
    struck = (Struck(begin=cut, end=end, why="number"),) if cut < end and sentence[cut:end].strip() else ()
    section = Section(
        title=Statement(text=head),
        statements=(Statement(text=sentence, cites=(0,), struck=struck), Statement(text="after", cites=(0,))),
        table=Table(columns=(Column(title=cell, unit=word),), rows=((Statement(text=cell, cites=(0,)),),)),
    )
    paper = msgspec.structs.replace(paper, title=Statement(text=title), sections=(section,), written_by=name)
    markdown = as_markdown(paper, NAMES)
    kinds, shown = told(markdown)
    ours = {
        f"{one}_{end}" for one in ("heading", "bullet_list", "list_item", "paragraph", "s") for end in ("open", "close")
    }
    ours |= {f"{one}_{end}" for one in ("table", "thead", "tbody", "tr", "th", "td") for end in ("open", "close")}
    assert kinds <= ours | PLAIN | {"inline"}
    assert ("s_open" in kinds) is bool(struck)
    assert squeezed(f"{sentence[end:]} [^1]") in shown or struck or squeezed(sentence) in shown
    assert not re.search(r"https?://|(?<!\\)\]\(|<[a-z/!]", markdown)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29",
        "19.4 °C",
        "sleep_night.asleep_min",
        "(about 5 kWh) + 3",
        "#3",
        "1.5",
        "-3 °C",
        "5 > 4",
        "a & b",
        "x!",
        "a|b",
    ],
)
def test_what_marks_nothing_up_is_left_as_it_is(text: str) -> None:
    assert escaped(text) == text


def test_what_is_struck_out_beside_letters_is_seen_as_struck_out() -> None:
    statement = Statement(text="料金は¥1,200です", struck=(Struck(begin=3, end=9, why="number"),))
    paper = msgspec.structs.replace(paper_of("x"), title=statement)
    assert "s_open" in told(as_markdown(paper, NAMES))[0]
