"""The pictures of a story, numbered, and laid on one strip; only where pictures are asked for."""

import os
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDER = os.environ.get("REGULARS_SCREENSHOTS")
_HEIGHT = 400
_WIDTH = 1920
_GAP = 16
_CAPTION = 46


def fitted(text: str, width: int, font) -> str:
    """The text in lines no wider than a picture."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\n".join(lines)


class Strip:
    """Pictures as the story goes, each with a caption; none without REGULARS_SCREENSHOTS."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._taken: list[tuple[str, Path]] = []

    def take(self, page, caption: str) -> None:
        """What a window shows now."""
        if FOLDER is None:
            return
        folder = Path(FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._name}-{len(self._taken) + 1:02}.png"
        page.screenshot(path=path)
        self._taken.append((caption, path))

    def lay(self) -> None:
        """Write `<name>.webp`: the pictures in rows, each under its number and caption."""
        if FOLDER is None:
            return
        rows = self._rows()
        made = Image.new("RGB", (_WIDTH, _GAP + len(rows) * (_HEIGHT + _CAPTION + _GAP)), "#e7e6e1")
        draw, font = ImageDraw.Draw(made), ImageFont.load_default(16)
        for row, pictures in enumerate(rows):
            x, y = _GAP, _GAP + row * (_HEIGHT + _CAPTION + _GAP)
            for caption, picture in pictures:
                draw.multiline_text((x, y), fitted(caption, picture.width, font), "#222222", font)
                made.paste(picture, (x, y + _CAPTION))
                x += picture.width + _GAP
        made.save(Path(FOLDER) / f"{self._name}.webp", quality=82, method=6)

    def _rows(self) -> list[list[tuple[str, Image.Image]]]:
        rows: list[list[tuple[str, Image.Image]]] = [[]]
        left = _WIDTH - _GAP
        for number, (caption, path) in enumerate(self._taken, 1):
            with Image.open(path) as whole:
                width = whole.width * _HEIGHT // whole.height
                picture = whole.convert("RGB").resize((width, _HEIGHT), Image.Resampling.LANCZOS)
            if width + _GAP > left and rows[-1]:
                rows.append([])
                left = _WIDTH - _GAP
            rows[-1].append((f"{number}. {caption}", picture))
            left -= width + _GAP
        return rows
