"""A paper as one HTML file that needs nothing else: no script, nothing fetched; fit for print and screen readers."""

from collections.abc import Sequence
from html import escape

from sumika.desk.face import face_of, marks_of, pieces_of, struck_in
from sumika.desk.names import Names
from sumika.desk.paper import Paper, Section, Statement, Table
from sumika.text import say

_STYLE = """
body{font-family:system-ui,"Hiragino Sans","Noto Sans JP",sans-serif;line-height:1.6;max-width:48rem;margin:2rem auto;
padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;border-bottom:1px solid #999;padding-bottom:.2rem}
.banner{border:2px solid #a33;color:#8a1f1f;padding:.5rem 1rem;font-weight:bold}
.looks{border-left:4px solid #b36b00;padding:.1rem 1rem;background:#fff8ec}
dl{display:grid;grid-template-columns:max-content auto;gap:.1rem 1rem}dt{color:#555}dd{margin:0}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left}

td:not(:first-child){text-align:right}del{color:#a33}sup{font-size:.7em}sup a{text-decoration:none;color:#1f5c8a}
ol.rows{font-size:.8rem;color:#444;overflow-wrap:anywhere}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media print{body{max-width:none;margin:0;padding:0}h2{break-after:avoid}tr,li{break-inside:avoid}
thead{display:table-header-group}
a{color:inherit}@page{size:A4;margin:18mm}}
""".strip()
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def as_html(paper: Paper, names: Names) -> str:
    """Return a paper as HTML, its rows as a numbered list below."""
    face, language = face_of(paper, names), paper.language
    banner = f'<p class="banner" role="note">{escape(face.banner)}</p>' if face.banner else ""
    facts = "".join(f"<dt>{escape(what)}</dt><dd>{escape(said)}</dd>" for what, said in face.facts)
    looks = ""
    if face.looks:
        items = "".join(f"<li>{_pieces(struck_in(look), language)}</li>" for look in face.looks)
        looks = f'<section class="looks"><h2>{escape(say("desk.paper.looks", language))}</h2><ul>{items}</ul></section>'
    body = "".join(_section(section, paper) for section in paper.sections)
    rows = "".join(f'<li id="r{number}" value="{number}">{escape(words)}</li>' for number, words in face.notes)
    left = escape(say("desk.paper.left_out", language, count=face.left_out)) if face.left_out else ""
    rest = f"<p>{left}</p>" if left else ""
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{escape(_POLICY)}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escape(paper.title.text)}</title><style>{_STYLE}</style>"
    )
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head>{head}</head>\n<body><main>{banner}'
        f"<h1>{_sentence(paper.title, paper, marks=False)}</h1><dl>{facts}</dl>{looks}{body}"
        f'<section><h2>{escape(say("desk.paper.rows", language))}</h2><ol class="rows">{rows}</ol>{rest}</section>'
        "</main></body></html>\n"
    )


def _section(section: Section, paper: Paper) -> str:
    said = "".join(f"<li>{_sentence(statement, paper)}</li>" for statement in section.statements)
    body = f"<ul>{said}</ul>" if said else ""
    table = _table(section.table, paper) if section.table is not None else ""
    return f"<section><h2>{_sentence(section.title, paper, marks=False)}</h2>{body}{table}</section>"


def _table(table: Table, paper: Paper) -> str:
    heads = "".join(
        f'<th scope="col">{escape(f"{column.title} ({column.unit})" if column.unit else column.title)}</th>'
        for column in table.columns
    )
    rows = "".join(f"<tr>{''.join(_cells(row, paper))}</tr>" for row in table.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(row: tuple[Statement, ...], paper: Paper) -> list[str]:
    first, *others = row
    head = f'<th scope="row">{_sentence(first, paper)}</th>'
    return [head, *(f"<td>{_sentence(cell, paper)}</td>" for cell in others)]


def _sentence(statement: Statement, paper: Paper, *, marks: bool = True) -> str:
    said = _pieces(pieces_of(statement), paper.language)
    if not marks:
        return said
    notes = ", ".join(
        f'<a href="#r{number + 1}" aria-label="{escape(say("desk.paper.row", paper.language, number=number + 1))}">'
        f"{number + 1}</a>"
        for number in marks_of(statement, paper)
    )
    return f"{said}<sup>{notes}</sup>" if notes else said


def _pieces(pieces: Sequence[tuple[str, bool]], language: str) -> str:
    spoken = escape(say("desk.paper.struck", language))
    return "".join(
        f'<del><span class="unseen">{spoken} </span>{escape(text)}</del>' if struck else escape(text)
        for text, struck in pieces
    )
