"""Plain tables for a terminal: the first column to the left, figures to the right."""

from collections.abc import Sequence


def table_lines(heads: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> list[str]:
    """Lines of text in columns as wide as their widest cell; the first `left` columns lean left."""
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=True)]
    return [
        "  ".join(
            f"{cell:<{width}}" if place < left else f"{cell:>{width}}"
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in (heads, *rows)
    ]
