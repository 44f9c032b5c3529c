"""A paper as PDF: A4, numbered pages, Japanese in fonts that every viewer has, a banner where nothing of it is real."""

import io
import re
from typing import Any
from xml.sax.saxutils import escape

from sumika.desk.face import Face, face_of, marks_of, pieces_of
from sumika.desk.names import Names
from sumika.desk.needed import needed
from sumika.desk.paper import Paper, Statement, Table
from sumika.text import say

_GOTHIC, _MINCHO = "HeiseiKakuGo-W5", "HeiseiMin-W3"
_LATIN = re.compile(r"[^\x00-\x7e\xa0-\xff–—…“”\u2018\u2019•]+")
"""What the fonts for Latin writing lack, and the Japanese ones have."""

_MM = 72.0 / 25.4


def as_pdf(paper: Paper, names: Names) -> bytes:
    """Return a paper as PDF; the same paper gives the same bytes."""
    pdfmetrics = needed("reportlab.pdfbase.pdfmetrics")
    for font in (_GOTHIC, _MINCHO):
        if font not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(needed("reportlab.pdfbase.cidfonts").UnicodeCIDFont(font))
    face, written = face_of(paper, names), io.BytesIO()
    document = needed("reportlab.platypus").SimpleDocTemplate(
        written,
        pagesize=needed("reportlab.lib.pagesizes").A4,
        leftMargin=18 * _MM,
        rightMargin=18 * _MM,
        topMargin=22 * _MM,
        bottomMargin=20 * _MM,
        title=paper.title.text,
        author=paper.written_by or "Sumika",
        subject=paper.kind,
        lang=paper.language,
        invariant=1,
    )
    printer = _Printer(paper, face)
    document.build(printer.story(), onFirstPage=printer.page, onLaterPages=printer.page)
    return written.getvalue()


class _Printer:
    """Sets one paper in type."""

    def __init__(self, paper: Paper, face: Face) -> None:
        self._paper, self._face, self._language = paper, face, paper.language
        japanese = paper.language == "ja"
        body, bold = (_MINCHO, _GOTHIC) if japanese else ("Helvetica", "Helvetica-Bold")
        self._plain_font, self._bold_font = body, bold
        wrap = "CJK" if japanese else None

        def style(name: str, font: str, size: float, before: float = 0.0) -> Any:
            return needed("reportlab.lib.styles").ParagraphStyle(
                name,
                fontName=font,
                fontSize=size,
                leading=1.5 * size,
                spaceBefore=before,
                spaceAfter=0.25 * size,
                wordWrap=wrap,
            )

        self._styles = {
            "title": style("title", bold, 15.0),
            "section": style("section", bold, 11.5, 8.0),
            "body": style("body", body, 9.5),
            "cell": style("cell", body, 7.5),
            "row": style("row", body, 6.5),
        }

    def page(self, canvas: Any, document: Any) -> None:
        """Draw what stands on every page."""
        width, height = document.pagesize
        canvas.saveState()
        canvas.setFont(_GOTHIC, 8)
        canvas.setFillGray(0.35)
        canvas.drawCentredString(width / 2, 11 * _MM, say("desk.paper.page", self._language, number=document.page))
        canvas.drawString(18 * _MM, height - 13 * _MM, self._paper.id[:80])
        if self._face.banner:
            canvas.setFillColorRGB(0.6, 0.1, 0.1)
            canvas.drawRightString(width - 18 * _MM, height - 13 * _MM, self._face.banner)
        canvas.restoreState()

    def story(self) -> list[Any]:
        """Return all that stands on the pages, in order."""
        paper, found = self._paper, [self._paragraph(self._marked(self._paper.title, marks=False), "title")]
        if self._face.banner:
            found.append(self._paragraph(self._fonts(f"【{self._face.banner}】"), "section"))
        found += [self._paragraph(self._fonts(f"{what}: {said}"), "body") for what, said in self._face.facts]
        if self._face.looks:
            found.append(self._paragraph(self._fonts(say("desk.paper.looks", self._language)), "section"))
            found += [self._paragraph(self._fonts(f"・{look}"), "body") for look in self._face.looks]
        for section in paper.sections:
            found.append(self._paragraph(self._marked(section.title, marks=False), "section"))
            found += [self._paragraph(self._marked(statement), "body") for statement in section.statements]
            if section.table is not None:
                found.append(self._table(section.table))
        found.append(self._paragraph(self._fonts(say("desk.paper.rows", self._language)), "section"))
        found += [self._paragraph(self._fonts(f"{number}. {words}"), "row") for number, words in self._face.notes]
        if self._face.left_out:
            left = say("desk.paper.left_out", self._language, count=self._face.left_out)
            found.append(self._paragraph(self._fonts(left), "row"))
        return found

    def _paragraph(self, markup: str, style: str) -> Any:
        return needed("reportlab.platypus").Paragraph(markup, self._styles[style])

    def _table(self, table: Table) -> Any:
        colors, platypus = needed("reportlab.lib.colors"), needed("reportlab.platypus")
        heads = [f"{column.title} ({column.unit})" if column.unit else column.title for column in table.columns]
        rows = [[self._paragraph(self._fonts(head), "cell") for head in heads]]
        rows += [[self._paragraph(self._marked(cell, few=True), "cell") for cell in row] for row in table.rows]
        style = platypus.TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
                ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ]
        )
        return platypus.LongTable(rows, repeatRows=1, style=style)

    def _marked(self, statement: Statement, *, marks: bool = True, few: bool = False) -> str:
        said = "".join(
            f"<strike>{self._fonts(text)}</strike>" if struck else self._fonts(text)
            for text, struck in pieces_of(statement)
        )
        numbers = marks_of(statement, self._paper) if marks else ()
        numbers = numbers[:2] if few else numbers
        if not numbers:
            return said
        shown = ",".join(str(number + 1) for number in numbers)
        return f'{said} <super size="5">{shown}</super>'

    def _fonts(self, text: str) -> str:
        """Return text with nothing in it that would be markup, in fonts that have its letters."""
        if self._language == "ja":
            return escape(text)
        pieces, at = [], 0
        for found in _LATIN.finditer(text):
            pieces += [escape(text[at : found.start()]), f'<font name="{_GOTHIC}">{escape(found[0])}</font>']
            at = found.end()
        return "".join([*pieces, escape(text[at:])])
