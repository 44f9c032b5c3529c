"""The comments of a text, found in the gaps between its words: a # inside of a quoted text is none."""

import re

from sumika.config._tree import Tree

_COMMENT = re.compile(r"(?:(?<=[\s,\[\]{}])|^)#[^\r\n]*", re.MULTILINE)


def comments_of(tree: Tree) -> list[str]:
    """Return every comment, without the blanks behind it, in the order of the text."""
    return comments_in(tree, 0, len(tree.text))


def comments_in(tree: Tree, start: int, end: int) -> list[str]:
    """Return the comments that begin between two positions of the text."""
    comments = []
    position = 0
    for scalar in [*tree.scalars(), None]:
        until = scalar.start if scalar is not None else len(tree.text)
        matches = _COMMENT.finditer(tree.text, position, until)
        comments += [match.group().rstrip() for match in matches if start <= match.start() < end]
        if scalar is None:
            break
        position = max(position, _content_end(tree.text, scalar.start, scalar.end, scalar.style))
        if scalar.style in {"|", ">"} and start <= scalar.start < end:
            comments += _header_comment(tree.text, scalar.start)
    return comments


def _content_end(text: str, start: int, end: int, style: str) -> int:
    return end if style not in {"|", ">"} else max(end, text.find("\n", start))


def _header_comment(text: str, start: int) -> list[str]:
    """Return the comment behind the | or > that opens a block of text."""
    header = text[start:].split("\n", 1)[0]
    match = _COMMENT.search(header)
    return [match.group().rstrip()] if match else []
