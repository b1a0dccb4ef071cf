"""Cards for a print shop as PDF: one card a page, or eight on a sheet; and the table of their numbers."""

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from regulars.documents.card_face import (
    BLEED,
    HEIGHT,
    WIDTH,
    CardLook,
    draw_back,
    draw_front,
    draw_number,
    spaced,
)
from regulars.kit.csv_safety import guard_cell

COLUMNS = ("place", "number", "printed", "qr", "barcode", "kind", "batch")
_MARGIN = 9 * mm  # from the trim to the edge of a page that has one card
_COLUMNS, _ROWS = 2, 4
_MARK, _GAP = 4 * mm, 1 * mm  # crop marks: how long, and how far from the bleed
_KINDS = {"ean13": "EAN-13"}

Advance = Callable[[int], None]


def cards_pdf(
    numbers: Sequence[str],
    checksum: str,
    look: CardLook,
    *,
    sheets: bool = False,
    title: str = "",
    advance: Advance = lambda done: None,
) -> bytes:
    """The cards as PDF, fronts and backs in turn, with bleed of 3 mm and crop marks.

    One card a page with its trim and bleed boxes said, or `sheets`: A4 with eight of them, the backs
    mirrored for printing on both sides over the long edge. The same input gives the same bytes.
    """
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(title or look.name)
    canvas.setCreator("Regulars")
    canvas.beginForm("front", *_bleed_box())
    draw_front(canvas, look)
    canvas.endForm()
    (_sheets if sheets else _singles)(canvas, numbers, checksum, look, advance)
    canvas.save()
    return target.getvalue()


def card_rows(numbers: Sequence[str], checksum: str, batch: str) -> Iterator[dict[str, str]]:
    """Rows of the table for the print shop, in the order of the pages; see COLUMNS."""
    for place, number in enumerate(numbers, 1):
        cells = {
            "place": str(place),
            "number": number,
            "printed": spaced(number),
            "qr": number,
            "barcode": number,
            "kind": _KINDS.get(checksum, "Code 128"),
            "batch": batch,
        }
        yield {name: guard_cell(text) for name, text in cells.items()}


def _singles(
    canvas: Canvas, numbers: Sequence[str], checksum: str, look: CardLook, advance: Advance
) -> None:
    page = (WIDTH + 2 * _MARGIN, HEIGHT + 2 * _MARGIN)
    trim = (_MARGIN, _MARGIN, _MARGIN + WIDTH, _MARGIN + HEIGHT)
    bleed = (trim[0] - BLEED, trim[1] - BLEED, trim[2] + BLEED, trim[3] + BLEED)
    for number in numbers:
        for face in _faces(look, number, checksum):
            canvas.setPageSize(page)
            canvas.setTrimBox(trim)
            canvas.setBleedBox(bleed)
            _placed(canvas, _MARGIN, _MARGIN, face)
            _marks(canvas, [trim[0], trim[2]], [trim[1], trim[3]])
            canvas.showPage()
        advance(1)


def _sheets(
    canvas: Canvas, numbers: Sequence[str], checksum: str, look: CardLook, advance: Advance
) -> None:
    across, down = WIDTH + 2 * BLEED, HEIGHT + 2 * BLEED
    left = (A4[0] - _COLUMNS * across) / 2 + BLEED
    bottom = (A4[1] - _ROWS * down) / 2 + BLEED
    lefts = [left + column * across for column in range(_COLUMNS)]
    bottoms = [bottom + row * down for row in reversed(range(_ROWS))]
    each = _COLUMNS * _ROWS
    for start in range(0, len(numbers), each):
        part = numbers[start : start + each]
        for side in (0, 1):
            canvas.setPageSize(A4)
            for place, number in enumerate(part):
                row, column = divmod(place, _COLUMNS)
                x = lefts[_COLUMNS - 1 - column if side else column]
                _placed(canvas, x, bottoms[row], _faces(look, number, checksum)[side])
            ends = [edge for x in lefts for edge in (x, x + WIDTH)]
            _marks(canvas, ends, [edge for y in bottoms for edge in (y, y + HEIGHT)])
            canvas.showPage()
        advance(len(part))


def _faces(look: CardLook, number: str, checksum: str) -> tuple[Callable[[Canvas], Any], ...]:
    def front(canvas: Canvas) -> None:
        canvas.doForm("front")
        draw_number(canvas, look, number)

    return front, lambda canvas: draw_back(canvas, look, number, checksum)


def _placed(canvas: Canvas, x: float, y: float, face: Callable[[Canvas], Any]) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    face(canvas)
    canvas.restoreState()


def _marks(canvas: Canvas, xs: Sequence[float], ys: Sequence[float]) -> None:
    """Crop marks in the margin, at every line that is to be cut."""
    canvas.setStrokeColorCMYK(0, 0, 0, 1)
    canvas.setLineWidth(0.25)
    outer = BLEED + _GAP
    for x in xs:
        canvas.line(x, min(ys) - outer - _MARK, x, min(ys) - outer)
        canvas.line(x, max(ys) + outer, x, max(ys) + outer + _MARK)
    for y in ys:
        canvas.line(min(xs) - outer - _MARK, y, min(xs) - outer, y)
        canvas.line(max(xs) + outer, y, max(xs) + outer + _MARK, y)


def _bleed_box() -> tuple[float, float, float, float]:
    return -BLEED, -BLEED, WIDTH + BLEED, HEIGHT + BLEED
