"""A comparison of candidate programmes as one page for a board: what is assumed first, then what it found."""

from collections.abc import Mapping
from html import escape

from regulars.core.economics.outcome import Comparison, Outcome
from regulars.documents.analysis_tables import Table
from regulars.documents.page import about, drawn, heading, table_of, tiles, whole_page
from regulars.documents.simulation_short import given_by_group, side_by_side
from regulars.documents.simulation_tables import tables_of
from regulars.documents.simulation_words import Words, share_of

_COLUMNS_MAX = 6  # candidates that stand in columns; more of them stand in rows
_BY_GROUP = ("deciles", "segments")
_FOLDED = frozenset({"costs", "liability", "redemption"})  # twins of charts by month


def page_of(found: Comparison, charts: Mapping[str, str], language: str) -> str:
    """The whole page; `charts` are SVG elements by name."""
    return _Page(found, charts, language).whole()


class _Page:
    def __init__(self, found: Comparison, charts: Mapping[str, str], language: str) -> None:
        self.found = found
        self.charts = charts
        self.language = language
        self.words = Words(found, language)
        self.tables = {table.code: table for table in tables_of(found, language)}

    def whole(self) -> str:
        title = self.words("title", source=self.found.source)
        parts = [
            self._source(),
            self._assumed(),
            self._overview(),
            self._section("response"),
            self._section("costs", "monthly"),
            self._section("liability", "liability"),
            self._section("deciles", "deciles"),
            self._section("segments"),
            self._section("versus", "versus"),
            self._section("rewards"),
            self._tiers(),
            self._section("redemption", "redemption"),
            self._section("promotions"),
            self._section("limits"),
            self._section("currencies"),
            self._section("rows"),
            f"<h2></h2>{about(self.words('files'))}",
        ]
        return whole_page(title, "".join(parts), self.language)

    def _source(self) -> str:
        found, words = self.found, self.words
        period = words("period", since=found.since, until=found.until)
        if found.sample < 1:
            share = words.show(found.sample, "share")
            period += " " + words("sampled", share=share, seed=found.seed)
        pairs = [
            (words("candidates"), words.show(len(found.outcomes), "count")),
            (words("customers"), words.show(found.customers, "count")),
            (words("receipts"), words.show(found.receipts, "count")),
        ]
        if found.outcomes:
            pairs.append(
                (words("gross"), words.money(found.outcomes[0].totals.gross_minor, whole=True))
            )
        return about(period) + tiles(pairs)

    def _assumed(self) -> str:
        """Before any figure: what was taken for granted, and what the replay cannot know."""
        words = self.words
        told = "".join(f"<li>{escape(words.told(one))}</li>" for one in self.found.assumptions)
        text = f"<h2>{escape(words('assumed'))}</h2><ul>{told}</ul>"
        by_gap: dict[str, list[str]] = {}
        for name, outcome in zip(words.names(), self.found.outcomes, strict=True):
            for gap in outcome.gaps:
                by_gap.setdefault(words.told(gap), []).append(name)
        if by_gap:
            everybody = len(self.found.outcomes)
            items = "".join(
                f"<li>{escape(gap)}"
                + ("" if len(names) == everybody else f" <i>({escape(', '.join(names))})</i>")
                + "</li>"
                for gap, names in by_gap.items()
            )
            text += f"<h3>{escape(words('unknown'))}</h3><ul>{items}</ul>"
        return f'<section class="note">{text}</section>'

    def _overview(self) -> str:
        words = self.words
        text = heading(words("comparison")) + about(words("comparison_note"))
        text += drawn(self.charts.get("costs"), words("chart_costs"))
        table = self.tables["comparison"]
        if len(self.found.outcomes) <= _COLUMNS_MAX:
            table = side_by_side(self.found, self.language)
        text += table_of(table, self.language)
        lines = "".join(
            f"<li>{escape(self._in_words(name, outcome))}</li>"
            for name, outcome in zip(words.names(), self.found.outcomes, strict=True)
        )
        return text + f"<ul>{lines}</ul>"

    def _in_words(self, name: str, outcome: Outcome) -> str:
        """One candidate in a sentence: what it costs, whom it reached."""
        words, totals = self.words, outcome.totals
        return words(
            "in_words" if totals.issued_minor else "in_words_plain",
            name=name,
            cost=words.money(outcome.cost_minor, whole=True),
            share=words.show(share_of(outcome.cost_minor, totals.sales_minor), "share"),
            reach=words.show(outcome.rates.reach, "share"),
            held=words.money(totals.outstanding_minor, whole=True),
        )

    def _section(self, code: str, chart: str = "") -> str:
        table = self.tables.get(code)
        if table is None:
            return ""
        if code in _BY_GROUP:
            table = given_by_group(self.found, self.language, code)
        words = self.words
        text = heading(table.title) + about(words(f"{code}_note"))
        if chart and chart in self.charts:
            text += drawn(self.charts[chart], words(f"{code}_note"))
        return text + self._table(table)

    def _table(self, table: Table) -> str:
        folded = self.words("table") if table.code in _FOLDED else ""
        return table_of(table, self.language, folded=folded)

    def _tiers(self) -> str:
        text = self._section("tiers")
        pictures = (
            drawn(svg, self.words("tiers_note"))
            for name, svg in self.charts.items()
            if name.startswith("tiers-")
        )
        return text + "".join(pictures)
