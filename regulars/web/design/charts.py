"""A chart as data: what is drawn, and the same figures as a table, ready to be read."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["line", "area", "bar", "bars-across", "stack", "heat"]
Value = float | int | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line, bar or row: `values` where they are drawn, `shown` as they are read.

    With `low` and `high` it is a range that is shaded; `values` are left out then.
    """

    name: str
    values: Sequence[Value] = ()
    shown: Sequence[str] = ()
    colour: int = 1
    dashed: bool = False
    low: Sequence[Value] | None = None
    high: Sequence[Value] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the chart's table."""

    label: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What `{% part "chart" chart=… %}` shows; `id` is unique on its page.

    `scale` divides values on the axis (100 for money in minor units); `suffix` follows them.
    """

    id: str
    kind: Kind
    title: str
    about: str
    labels: Sequence[str]
    series: Sequence[Series]
    labels_title: str = ""
    scale: int = 1
    suffix: str = ""
    low: Value = None
    high: Value = None

    @property
    def json(self) -> str:
        """What charts.js draws. It goes in an attribute: htmx takes no <script>, not even of data."""
        return json.dumps(self._data(), ensure_ascii=False, separators=(",", ":"))

    def _data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "labels": list(self.labels),
            "scale": self.scale,
            "suffix": self.suffix,
            "min": self.low,
            "max": self.high,
            "series": [_data(series) for series in self.series],
        }

    @property
    def rows(self) -> Iterator[Row]:
        """The table's rows: one per label."""
        for place, label in enumerate(self.labels):
            yield Row(label, tuple(_cell(series, place) for series in self.series))


@dataclass(frozen=True, slots=True)
class Spark:
    """A small line without axes: paths in a picture of 100 × 30."""

    line: str
    area: str


def spark(values: Sequence[float | int]) -> Spark | None:
    """The line of `values` from left to right; None where there are fewer than two."""
    if len(values) < 2:
        return None
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = 100 / (len(values) - 1)
    points = [
        f"{place * step:.2f} {28 - 26 * (value - low) / span:.2f}"
        for place, value in enumerate(values)
    ]
    line = "M" + "L".join(points)
    return Spark(line, f"{line}L100 30L0 30Z")


@dataclass(frozen=True, slots=True)
class Trend:
    """How a figure has changed: the words, the direction, and whether that is good (None: neither)."""

    shown: str
    up: bool = False
    down: bool = False
    good: bool | None = field(default=None)


def trend(
    now: float, before: float, *, shown: Callable[[float], str], rise_is_good: bool | None = True
) -> Trend | None:
    """The change from `before` to `now` as a share of `before`; None where there is no `before`."""
    if not before:
        return None
    change = (now - before) / abs(before)
    up, down = change > 0, change < 0
    good = None if rise_is_good is None or not (up or down) else up == rise_is_good
    return Trend(shown(abs(change)), up, down, good)


def _data(series: Series) -> dict[str, Any]:
    found = {
        "name": series.name,
        "values": list(series.values),
        "shown": list(series.shown),
        "colour": series.colour,
        "dashed": series.dashed,
    }
    if series.low is not None and series.high is not None:
        found |= {"low": list(series.low), "high": list(series.high)}
    return found


def _cell(series: Series, place: int) -> str:
    return series.shown[place] if place < len(series.shown) else "–"
