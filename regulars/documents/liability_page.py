"""The liability of a month as one page of HTML that a controller files: it loads nothing from outside."""

from collections.abc import Mapping
from dataclasses import replace
from html import escape

from regulars.core.economics.closing import Nature
from regulars.core.economics.statement import CurrencyTold, Statement, month_name
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import figure
from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Table
from regulars.documents.liability_tables import (
    differences_table,
    journal_table,
    late_table,
    paid_in_table,
    roll_forward_table,
    sensitivity_table,
    summary_table,
    title_of,
    triangle_table,
    vintages_table,
)
from regulars.documents.page import about, drawn, heading, table_of, tiles, whole_page


def page_of(statement: Statement, charts: Mapping[str, str], language: str) -> str:
    """The whole page; `charts` are SVG elements by name."""
    page = _Page(statement, charts, language)
    title = page.say("title", month=month_name(statement.month))
    parts = [page.opening()]
    parts += [page.points(one) for one in statement.of(Nature.POINTS)]
    parts += [page.paid_in(one) for one in statement.of(Nature.PAID_IN)]
    parts += [page.late(), page.differences(), page.journal(), page.method()]
    return whole_page(title, "".join(parts), language)


class _Page:
    def __init__(self, statement: Statement, charts: Mapping[str, str], language: str) -> None:
        self.statement = statement
        self.charts = charts
        self.language = language

    def say(self, code: str, **params: object) -> str:
        return sentence(f"liability_page.{code}", params, self.language)

    def opening(self) -> str:
        """Whether it is final, and the few figures of each currency."""
        closed = self.statement.closed
        if closed is None:
            said = f"<div class=note><p>{escape(self.say('open'))}</p></div>"
        else:
            said = about(
                self.say(
                    "closed",
                    number=closed.number,
                    at=f"{closed.at:%Y-%m-%d %H:%M} UTC",
                    until=f"{closed.until:%Y-%m-%d %H:%M} UTC",
                )
            )
            text = escape(self.say("hash", hash=closed.hash))
            said += f'<p class="about" style="overflow-wrap:anywhere">{text}</p>'
        waits = sum(one.total.money.closing_minor for one in self.statement.of(Nature.POINTS))
        owed = sum(one.total.money.closing_minor for one in self.statement.of(Nature.PAID_IN))
        pairs = [(self.say("waits_in_all"), self._money(waits))]
        if self.statement.of(Nature.PAID_IN):
            pairs.append((self.say("owed_in_all"), self._money(owed)))
        return (
            said
            + tiles(pairs)
            + table_of(summary_table(self.statement, self.language), self.language)
        )

    def points(self, one: CurrencyTold) -> str:
        """A currency that revenue waits for."""
        total, moved = one.total, one.total.money
        low, high = one.found.interval or (0.0, 0.0)
        scale = one.frozen.terms.scale
        pairs = [
            (self.say("head_outstanding"), figure(total.closing_points, scale, self.language)),
            (self.say("head_money_closing"), self._money(moved.closing_minor)),
            (
                self.say("revenue_of_month"),
                self._money(moved.redeemed_minor + moved.reestimated_minor),
            ),
        ]
        if one.found.rate is not None:
            rate = shown(one.found.rate, "share", self.language)
            between = (
                f"{shown(low, 'share', self.language)} … {shown(high, 'share', self.language)}"
            )
            pairs.append((self.say("head_breakage"), f"{rate} ({between})"))
        text = heading(title_of(one, self.language)) + tiles(pairs) + self._tested(one)
        text += self._drawn(f"bridge_{one.code}")
        text += self._table(roll_forward_table(self.statement, one, self.language))
        text += self._drawn(f"vintages_{one.code}")
        text += self._table(vintages_table(self.statement, one, self.language))
        text += self._drawn(f"sensitivity_{one.code}")
        text += self._table(sensitivity_table(self.statement, one, self.language))
        text += self._drawn(f"triangle_{one.code}")
        return text + self._table(triangle_table(one, self.language), folded=self.say("unfold"))

    def paid_in(self, one: CurrencyTold) -> str:
        """Money of the customers, owed at its face."""
        text = heading(title_of(one, self.language)) + about(self.say("paid_in_note"))
        if one.found.rate is not None:
            rate = shown(one.found.rate, "share", self.language)
            text += about(self.say("paid_in_breakage", rate=rate))
        return text + self._table(paid_in_table(self.statement, one, self.language))

    def late(self) -> str:
        table = late_table(self.statement, self.language)
        if not table.rows:
            return ""
        return heading(table.title) + about(self.say("late_note")) + self._plain(table)

    def differences(self) -> str:
        table = differences_table(self.statement, self.language)
        if not table.rows:
            return ""
        note = about(self.say("differences_note"))
        return heading(table.title) + note + self._plain(table)

    def journal(self) -> str:
        table = journal_table(self.statement, self.language)
        if not table.rows:
            return ""
        return heading(table.title) + self._plain(table, folded=self.say("unfold"))

    def method(self) -> str:
        """What was taken for granted, and by which rules it was reckoned."""
        assumed = self.statement.policy.assumed
        share = shown(float(assumed.redeemed_share), "share", self.language)
        said = self.say(
            "method_assumed", share=share, months=assumed.settled_months, tail=assumed.tail_months
        )
        return heading(self.say("method")) + about(self.say("method_rules")) + about(said)

    def _tested(self, one: CurrencyTold) -> str:
        tested = one.found.tested
        if tested is None:
            return about(self.say("not_tested"))
        scale = one.frozen.terms.scale
        return about(
            self.say(
                "tested",
                expected=figure(round(tested.expected), scale, self.language),
                actual=figure(round(tested.actual), scale, self.language),
                miss="—" if tested.miss is None else shown(tested.miss, "share", self.language),
                error=figure(round(tested.error), scale, self.language),
            )
        )

    def _drawn(self, name: str) -> str:
        return drawn(self.charts.get(name), self.say("chart_alt"))

    def _table(self, table: Table, folded: str = "") -> str:
        return table_of(self._exact(table), self.language, title=True, folded=folded)

    def _plain(self, table: Table, folded: str = "") -> str:
        return table_of(self._exact(table), self.language, folded=folded)

    def _exact(self, table: Table) -> Table:
        """The table with its money to the last decimal, as books are filed."""
        scale = self.statement.money_scale
        rows = tuple(
            tuple(
                figure(round(cell * 10**scale), scale, self.language)
                if kind == "money" and isinstance(cell, int | float)
                else cell
                for cell, kind in zip(row, table.kinds, strict=True)
            )
            for row in table.rows
        )
        return replace(table, rows=rows)

    def _money(self, minor: int) -> str:
        text = figure(minor, self.statement.money_scale, self.language)
        return f"{text}\u00a0{self.statement.money}"
