"""What a YAML parser complains about, in words for people who do not know YAML."""

import re

from ruamel.yaml.error import MarkedYAMLError

from sumika.config._problem import Problem, shortened

_TAB = re.compile(r"^ *\t")

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    # (what the parser says, what it means, what would be right)
    (
        "mapping values are not allowed",
        "a second ':' in one entry, or a line indented too far",
        "one 'key: value' in a line, text with ': ' in quotes",
    ),
    ("could not find expected ':'", "this line has no ':'", "key: value"),
    (
        "expected <block end>",
        "this line does not fit the indentation above it",
        "entries of one group begin in one column",
    ),
    ("found undefined alias", "references (*) are not used here", "the value itself, or text in quotes"),
    ("found character '@'", "text that begins with @ needs quotes", "'@...'"),
    ("found character '`'", "text that begins with ` needs quotes", "'`...'"),
    ("found character '%'", "text that begins with % needs quotes", "'%...'"),
    ("found unknown escape character", "a backslash in double quotes means something else here", "single quotes"),
    ("sequence entries are not allowed", "'- ' cannot stand here", "list entries in lines of their own"),
    ("found duplicate anchor", "anchors (&) are not used here", "the value itself"),
)


def in_plain_words(text: str, error: MarkedYAMLError) -> Problem:
    """Return what a parser's complaint means, at the line that has to be mended."""
    said = str(error.problem or error.context or "")
    # A key without its colon is noticed only after it: there the context, where it began, is what has to be mended.
    mark = (error.context_mark if said.startswith("could not find expected") else None) or error.problem_mark
    line = _line(text, mark.index) if mark is not None else 1
    tab = tab_in_indentation(text, line)
    if tab:
        return Problem(line=tab, text="a tab in the indentation", found="a tab", allowed="spaces only")
    unclosed = _unclosed(text, error, said)
    if unclosed is not None:
        return unclosed
    if said.startswith("mapping values are not allowed") and _lacks_colon(text, line - 1):
        return Problem(line=line - 1, text="this line has no ':'", found=_found(text, line - 1), allowed="key: value")
    found = _found(text, line)
    for beginning, sentence, allowed in _SENTENCES:
        if said.startswith(beginning):
            return Problem(line=line, text=sentence, found=found, allowed=allowed)
    return Problem(line=line, text=f"this cannot be read as YAML ({shortened(said)})", found=found)


def tab_in_indentation(text: str, line: int) -> int:
    """Return the line, this one or the one before, whose indentation holds a tab; 0 if none does."""
    lines = text.split("\n")
    for number in (line, line - 1):
        if 1 <= number <= len(lines) and _TAB.match(lines[number - 1]):
            return number
    return 0


def _unclosed(text: str, error: MarkedYAMLError, said: str) -> Problem | None:
    """Return the problem of a quote or bracket without its end, at the line where it begins."""
    context = str(error.context or "")
    if error.context_mark is None:
        return None
    line = _line(text, error.context_mark.index)
    if "quoted scalar" in context:
        return Problem(
            line=line, text="a quote is opened and not closed", found=_found(text, line), allowed="two quotes"
        )
    if "flow" in context and said.startswith("expected"):
        return Problem(
            line=line,
            text="a bracket is opened and not closed, or a comma is missing",
            found=_found(text, line),
            allowed="[a, b] or {key: value}",
        )
    return None


def _lacks_colon(text: str, line: int) -> bool:
    content = text.split("\n")[line - 1].strip() if line >= 1 else ""
    return bool(content) and ":" not in content and not content.startswith(("#", "-"))


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _found(text: str, line: int) -> str:
    lines = text.split("\n")
    content = lines[line - 1].strip() if line <= len(lines) else ""
    return f"'{shortened(content)}'" if content else "the end of the file"
