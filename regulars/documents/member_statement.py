"""A member's statement as a PDF: who, every movement with its reasons, page by page."""

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import matplotlib as mpl
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

_REGULAR, _BOLD = "RegularsStatement", "RegularsStatement-Bold"
_INK, _GREY, _LINE = HexColor("#1c1f1d"), HexColor("#6b716d"), HexColor("#dfe3e0")
_WIDTHS = (34 * mm, 84 * mm, 26 * mm, 26 * mm)


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line in words, ready to be read."""

    when: str
    what: str
    change: str
    balance: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """All of it in the reader's language, the oldest row first."""

    business: str
    title: str
    name: str = field(repr=False)
    about: str
    heads: tuple[str, str, str, str]
    rows: tuple[StatementRow, ...]
    empty: str


def statement_pdf(statement: Statement) -> bytes:
    """The statement on A4; whatever stands in a text is printed as it is, never read as markup."""
    made = io.BytesIO()
    document = SimpleDocTemplate(
        made, pagesize=A4, title=statement.title, author=statement.business,
        leftMargin=20 * mm, rightMargin=20 * mm, topMargin=20 * mm, bottomMargin=18 * mm,
    )  # fmt: skip
    story: list[Flowable] = [
        _text(statement.business, 9, colour=_GREY),
        _text(f"{statement.title} · {statement.name}", 16, bold=True),
        _text(statement.about, 9, colour=_GREY),
        Spacer(1, 6 * mm),
        _table(statement) if statement.rows else _text(statement.empty, 10),
    ]
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return made.getvalue()


def _table(statement: Statement) -> Table:
    heads = [
        _text(head, 8, colour=_GREY, right=place > 1) for place, head in enumerate(statement.heads)
    ]
    cells = [heads]
    for row in statement.rows:
        what = [_text(row.what, 9), *(_text(reason, 7.5, colour=_GREY) for reason in row.reasons)]
        cells.append(
            [
                _text(row.when, 8),
                what,
                _text(row.change, 9, right=True),
                _text(row.balance, 9, right=True),
            ]
        )
    style = TableStyle(
        [
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ]
    )
    return Table(cells, colWidths=_WIDTHS, repeatRows=1, style=style)


def _text(
    text: str, size: float, *, bold: bool = False, right: bool = False, colour: HexColor = _INK
) -> Paragraph:
    regular, heavy = _fonts()
    style = ParagraphStyle(
        "text", fontName=heavy if bold else regular, fontSize=size, leading=size * 1.35,
        textColor=colour, alignment=2 if right else 0,
    )  # fmt: skip
    return Paragraph(escape(text), style)


def _number(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont(_fonts()[0], 8)
    canvas.setFillColor(_GREY)
    canvas.drawRightString(A4[0] - 20 * mm, 10 * mm, str(document.page))


@cache
def _fonts() -> tuple[str, str]:
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont(_REGULAR, folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont(_BOLD, folder / "DejaVuSans-Bold.ttf"))
    return _REGULAR, _BOLD
