"""One plastic card drawn in vectors: its two faces, in the colours of the business."""

import io
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import matplotlib as mpl
import segno
from reportlab.graphics.barcode import createBarcodeDrawing
from reportlab.graphics.barcode.eanbc import Ean13BarcodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import CMYKColor, Color, HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from regulars.core.wording.catalogue import sentence

WIDTH, HEIGHT = 85.6 * mm, 54 * mm  # ISO/IEC 7810 ID-1
BLEED = 3 * mm
_SAFE = 5 * mm  # nothing that matters nearer to the cut
# What scanners read is printed in one ink: several never lie exactly on each other.
_BLACK, _WHITE = CMYKColor(0, 0, 0, 1), CMYKColor(0, 0, 0, 0)
_GREY = CMYKColor(0, 0, 0, 0.65)
_REGULAR, _BOLD = "RegularsCard", "RegularsCard-Bold"
_QR_SIDE = 25 * mm
_MODULE = 0.33 * mm  # of an EAN-13 at its nominal size


@dataclass(frozen=True, slots=True)
class CardLook:
    """How the cards of a business look; colours as `#rrggbb`, the logo as PNG or JPEG."""

    name: str
    colour: str = "#14213d"
    accent: str = "#e8b04a"
    language: str = "en"
    tagline: str = ""
    contact: str = ""
    logo: bytes | None = field(default=None, repr=False)


@cache
def _fonts() -> tuple[str, str]:
    """Fonts with Cyrillic that stand in the file itself."""
    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    pdfmetrics.registerFont(TTFont(_REGULAR, folder / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont(_BOLD, folder / "DejaVuSans-Bold.ttf"))
    return _REGULAR, _BOLD


def spaced(number: str) -> str:
    """A number in groups that can be read out: 4-4-4…, an EAN-13 as 1-6-6."""
    if len(number) == 13:
        return f"{number[0]} {number[1:7]} {number[7:]}"
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4))


def draw_front(canvas: Canvas, look: CardLook) -> None:
    """The face without the number, its trim at the origin; colour runs out into the bleed."""
    regular, bold = _fonts()
    ground, accent = HexColor(look.colour), HexColor(look.accent)
    ink = _ink_on(ground)
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(-BLEED, -BLEED, WIDTH + 2 * BLEED, HEIGHT + 2 * BLEED)
    canvas.clipPath(clip, stroke=0)
    canvas.setFillColor(ground)
    canvas.rect(-BLEED, -BLEED, WIDTH + 2 * BLEED, HEIGHT + 2 * BLEED, stroke=0, fill=1)
    # Two arcs of the same ground, a little lighter: a face that is not flat and not loud.
    for radius, share in ((46 * mm, 0.06), (30 * mm, 0.12)):
        canvas.setFillColor(_mixed(ground, ink, share))
        canvas.circle(WIDTH + 2 * mm, -4 * mm, radius, stroke=0, fill=1)
    canvas.setFillColor(accent)
    canvas.rect(_SAFE, HEIGHT - 21 * mm, 9 * mm, 0.9 * mm, stroke=0, fill=1)
    left = _SAFE
    if look.logo is not None:
        left += _draw_logo(canvas, look.logo) + 3 * mm
    canvas.setFillColor(ink)
    size = _fitting(look.name, bold, 17, WIDTH - left - _SAFE)
    canvas.setFont(bold, size)
    canvas.drawString(left, HEIGHT - 14.5 * mm, look.name)
    canvas.setFont(regular, 8)
    label = look.tagline or sentence("cards.face_member_card", {}, look.language)
    canvas.drawString(_SAFE, HEIGHT - 26 * mm, label)
    canvas.restoreState()


def draw_number(canvas: Canvas, look: CardLook, number: str) -> None:
    """The number on the front."""
    _, bold = _fonts()
    canvas.setFillColor(_ink_on(HexColor(look.colour)))
    canvas.setFont(bold, _fitting(spaced(number), bold, 12, WIDTH - 2 * _SAFE))
    canvas.drawString(_SAFE, _SAFE + 1 * mm, spaced(number))


def draw_back(canvas: Canvas, look: CardLook, number: str, checksum: str) -> None:
    """The white face with what scanners read: a QR code and a barcode of the number."""
    regular, bold = _fonts()
    canvas.setFillColor(_WHITE)
    canvas.rect(-BLEED, -BLEED, WIDTH + 2 * BLEED, HEIGHT + 2 * BLEED, stroke=0, fill=1)
    canvas.setFillColor(HexColor(look.colour))
    canvas.rect(-BLEED, HEIGHT - 5 * mm, WIDTH + 2 * BLEED, 5 * mm + BLEED, stroke=0, fill=1)
    _draw_qr(canvas, number, _SAFE, HEIGHT - 8.5 * mm - _QR_SIDE)
    left, room = _SAFE + _QR_SIDE + 5 * mm, WIDTH - 2 * _SAFE - _QR_SIDE - 5 * mm
    canvas.setFillColor(_BLACK)
    canvas.setFont(bold, _fitting(look.name, bold, 9, room))
    canvas.drawString(left, HEIGHT - 12 * mm, look.name)
    canvas.setFillColor(_GREY)
    canvas.setFont(regular, 6)
    y = HEIGHT - 16 * mm
    for line in _wrapped(sentence("cards.face_show", {}, look.language), regular, 6, room)[:4]:
        canvas.drawString(left, y, line)
        y -= 2.8 * mm
    if look.contact:
        canvas.drawString(left, y - 0.8 * mm, look.contact[:60])
    _draw_barcode(canvas, number, checksum, left, 4.5 * mm, room)
    canvas.setFillColor(_BLACK)
    canvas.setFont(bold, _fitting(spaced(number), bold, 6.5, _QR_SIDE))
    canvas.drawCentredString(_SAFE + _QR_SIDE / 2, 14.5 * mm, spaced(number))


def _draw_logo(canvas: Canvas, logo: bytes) -> float:
    """The logo 11 mm high at the top left; how wide it came out."""
    image = ImageReader(io.BytesIO(logo))
    across, down = image.getSize()
    width = min(11 * mm * across / down, 30 * mm)
    height = width * down / across
    canvas.drawImage(image, _SAFE, HEIGHT - 7 * mm - height, width, height, mask="auto")
    return float(width)


def _draw_qr(canvas: Canvas, text: str, x: float, y: float) -> None:
    """A QR code of error level M without its quiet zone: the white around it is wide enough."""
    rows = segno.make(text, error="m", micro=False).matrix
    side = _QR_SIDE / len(rows)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        start = None
        for across, dark in enumerate([*row, 0]):
            if dark and start is None:
                start = across
            elif not dark and start is not None:
                top = y + _QR_SIDE - (down + 1) * side
                path.rect(x + start * side, top, (across - start) * side, side)
                start = None
    canvas.setFillColor(_BLACK)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_barcode(
    canvas: Canvas, number: str, checksum: str, x: float, y: float, room: float
) -> None:
    height = 11 * mm
    if checksum == "ean13":
        widget = Ean13BarcodeWidget(number[:12])
        widget.barWidth, widget.barHeight = _MODULE, height
        widget.fontSize, widget.barFillColor, widget.textColor = 7, _BLACK, _BLACK
        x1, _, x2, _ = widget.getBounds()
        drawing = Drawing(x2 - x1, height)
        drawing.add(widget)
    else:
        drawing = createBarcodeDrawing(
            "Code128", value=number, barHeight=height, barWidth=_MODULE * 0.75, quiet=0
        )
    scale = min(1.0, room / drawing.width)
    canvas.saveState()
    canvas.translate(x + (room - drawing.width * scale) / 2, y)
    canvas.scale(scale, 1)
    drawing.drawOn(canvas, 0, 0)
    canvas.restoreState()


def _ink_on(ground: Color) -> Color:
    """Black or white, whichever stands out more (WCAG's relative luminance)."""
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in (ground.red, ground.green, ground.blue)
    ]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return _WHITE if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else _BLACK


def _mixed(ground: Color, ink: Color, share: float) -> Color:
    towards = 1.0 if ink is _WHITE else 0.0
    parts = (ground.red, ground.green, ground.blue)
    return Color(*(part + (towards - part) * share for part in parts))


def _fitting(text: str, font: str, size: float, room: float) -> float:
    """The size, or as much smaller as the text needs to fit."""
    width = pdfmetrics.stringWidth(text, font, size)
    return size if width <= room else size * room / width


def _wrapped(text: str, font: str, size: float, room: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and pdfmetrics.stringWidth(longer, font, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
