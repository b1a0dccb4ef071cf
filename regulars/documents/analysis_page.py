"""An analysis as one page of HTML that a person would show to a board: it loads nothing from outside."""

from collections.abc import Mapping, Sequence
from html import escape

from regulars.core.metrics.analysis import Analysis
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import figure
from regulars.documents.analysis_tables import (
    Cell,
    Kind,
    Table,
    period_table,
    side_tables,
    tables_of,
    tiles_of,
)

_CHARTS = {
    "kpi": ("sales", "active"),
    "rfm": ("segments",),
    "cohorts": ("cohorts",),
    "clv": ("validation", "deciles"),
    "churn": ("churn",),
}
_STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:15px/1.5 system-ui,"Segoe UI",Roboto,sans-serif;color:#1c2733;margin:0 auto;max-width:1080px;padding:32px 24px}
h1{font-size:28px;margin:0 0 4px}h2{font-size:20px;margin:44px 0 8px;border-top:1px solid #dde4ea;padding-top:20px}
h3{font-size:15px;margin:24px 0 6px}p{margin:6px 0 12px;max-width:80ch}.about{color:#5b6b7a}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:12px;margin:16px 0}
.tiles.by3{grid-template-columns:repeat(3,minmax(0,1fr))}.tiles.by2{grid-template-columns:repeat(2,minmax(0,1fr))}.tiles.by5{grid-template-columns:repeat(5,minmax(0,1fr))}
.tile{background:#f4f7fa;border-radius:8px;padding:12px 14px}.tile b{display:block;font-size:19px;font-variant-numeric:tabular-nums}
.tile span{color:#5b6b7a;font-size:13px}.wide{overflow-x:auto}
figure{margin:12px 0 20px;overflow-x:auto}figure svg{display:block;width:100%;max-width:960px;height:auto}
table{border-collapse:collapse;font-size:13px;margin:8px 0 16px;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px;border-bottom:1px solid #e6ebf0;text-align:right;white-space:nowrap}
th{color:#5b6b7a;font-weight:600;vertical-align:bottom;white-space:normal}
th:first-child,td.text{text-align:left}td.long{white-space:normal;min-width:180px}
.warn{background:#fff4e2;border-left:4px solid #d9822b;padding:8px 12px;border-radius:4px}
@media (max-width:720px){body{padding:20px 16px}h1{font-size:24px}.tiles,.tiles.by3,.tiles.by5{grid-template-columns:repeat(2,minmax(0,1fr));gap:8px}
.tile{padding:10px 12px}.tile b{font-size:15px;overflow-wrap:anywhere}figure svg{min-width:620px}th:first-child,td:first-child{position:sticky;left:0;background:#fff}
td.long{min-width:140px}}
@media print{body{max-width:none}h2{break-after:avoid}svg,table{break-inside:avoid}}
"""


def page_of(found: Analysis, charts: Mapping[str, str], language: str) -> str:
    """The whole page; `charts` are SVG elements by name."""
    page = _Page(found, charts, language)
    title = escape(page.say("title", name=found.source.name))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">"
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        f"{''.join(page.parts())}</body></html>\n"
    )


def shown(value: Cell, kind: Kind, language: str) -> str:
    """A cell as people read it: `1,234.50`, `12.3%`; in Russian `1 234,50`, `12,3 %`."""
    if value is None:
        return "—"
    if isinstance(value, str):
        return value
    if kind == "share":
        text = f"{value * 100:,.1f}%"
    elif kind == "count":
        text = f"{value:,.0f}"
    elif kind == "money":
        text = f"{value:,.2f}" if abs(value) < 10_000 else f"{value:,.0f}"
    else:
        text = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"
    if language == "ru":
        text = text.replace(",", "\u00a0").replace(".", ",").replace("%", "\u00a0%")
    return text


class _Page:
    def __init__(self, found: Analysis, charts: Mapping[str, str], language: str) -> None:
        self.found = found
        self.charts = charts
        self.language = language
        self.tables = {table.code: table for table in tables_of(found, language)}

    def say(self, code: str, **params: object) -> str:
        return sentence(f"analysis.{code}", params, self.language)

    def parts(self) -> list[str]:
        """The sections in order; what there are no data for says so."""
        return [
            self._about(),
            self._figures(),
            self._segments(),
            self._cohorts(),
            self._basket(),
            self._lifetime(),
            self._losses(),
            f'<h2></h2><p class="about">{escape(self.say("files"))}</p>',
        ]

    def _about(self) -> str:
        source = self.found.source
        period = self.say("period", since=source.since, until=source.until)
        tiles = [
            ("file_rows", self._count(source.rows)),
            ("file_customers", self._count(source.customers)),
            ("file_money", self._money(source.amount_minor)),
            ("file_sold", self._count(source.sold_rows)),
            ("file_sold_customers", self._count(source.sold_customers)),
            ("file_sold_money", self._money(source.sold_minor)),
        ]
        text = f'<p class="about">{escape(period)}</p>{self._tiles(tiles)}'
        if source.refused:
            reasons = "; ".join(
                f"{self._count(rows)} — {sentence(code, {}, self.language).rstrip('.')}"
                for code, rows in source.refused.items()
            )
            text += f'<p class="about">{escape(self.say("file_refused"))}: {escape(reasons)}</p>'
        return text

    def _figures(self) -> str:
        tiles = [
            (title, f"{shown(value, kind, self.language)}\u00a0{unit}".rstrip("\u00a0"))
            for title, value, kind, unit in tiles_of(self.found, self.language)
        ]
        parts = [
            self._head("kpi"),
            self._note("kpi_note", days=self.found.horizon_days),
            self._tiles(tiles, plain=True),
            self._drawn("kpi"),
            self._table(period_table(self.found, self.language), title=True),
        ]
        parts += [
            self._table(table, title=True) for table in side_tables(self.found, self.language)
        ]
        return "".join(parts)

    def _segments(self) -> str:
        parts = [self._head("rfm"), self._note("rfm_note"), self._drawn("rfm")]
        parts += [self._table(self.tables["rfm"])]
        if "moves" in self.tables:
            parts.append(self._table(self.tables["moves"], title=True))
        return "".join(parts)

    def _cohorts(self) -> str:
        if not self.found.cohorts:
            return ""
        first = (self.found.cohorts_of_purchases or self.found.cohorts)[0].customers
        note = self._note(
            "cohorts_note",
            customers=self._count(first[0]),
            next=self._count(first[1] if len(first) > 1 else 0),
        )
        head = self._head("cohorts")
        return head + note + self._drawn("cohorts") + self._table(self.tables["cohorts"])

    def _basket(self) -> str:
        if "basket" not in self.tables:
            return self._head("basket") + self._gap("basket")
        text = self._head("basket") + self._note("basket_note") + self._table(self.tables["basket"])
        if "offers" in self.tables:
            text += self._head("offers") + self._note("offers_note")
            text += self._table(self.tables["offers"])
        return text

    def _lifetime(self) -> str:
        told = self.found.lifetime
        if told is None:
            return self._head("clv") + self._gap("clv")
        margin = self.say("clv_sales")
        if told.margin is not None:
            margin = self.say("clv_margin", share=self._number(told.margin, "share"))
        best = told.deciles_minor[0] / sum(told.deciles_minor) if sum(told.deciles_minor) else 0.0
        between = f"{self._count(told.purchases_low)}–{self._count(told.purchases_high)}"
        worth = f"{self._money(told.value_low_minor)} – {self._money(told.value_high_minor)}"
        tiles = [
            ("clv_customers", self._count(told.customers)),
            ("clv_alive", self._count(told.alive)),
            ("clv_purchases", f"{self._count(told.purchases)} ({between})"),
            ("clv_value", self._money(told.value_minor)),
            ("clv_best", self._number(best, "share")),
        ]
        note = self._note(
            "clv_note",
            model=told.model,
            likelihood=self._number(told.purchases_likelihood, "number"),
            weeks=self._count(told.weeks),
            discount=self._number(told.discount, "share"),
            margin=margin,
        )
        text = self._head("clv") + note + self._tiles(tiles)
        text += f'<p class="about">{escape(self.say("clv_value"))}: {worth}</p>'
        return text + self._test() + self._drawn("clv")

    def _test(self) -> str:
        test = self.found.lifetime.validation if self.found.lifetime else None
        if test is None:
            return ""
        note = self._note(
            "clv_test_note",
            model=test.model,
            until=test.until,
            customers=self._count(test.customers),
            weeks=self._number(test.weeks, "number"),
            expected=f"{self._count(test.expected)} ± {self._count(test.expected_error)}",
            actual=self._count(test.actual),
            deviation=("+" if test.deviation > 0 else "") + self._number(test.deviation, "share"),
            error=self._number(test.error, "number"),
            rate=self._number(test.error_of_rate, "number"),
        )
        text = f"<h3>{escape(self.say('clv_test'))}</h3>{note}"
        if "clv_models" in self.tables:
            text += self._note("clv_models_note", model=test.model)
            text += self._table(self.tables["clv_models"])
        if abs(test.deviation) > 0.1:
            text += f'<p class="warn">{escape(self.say("clv_warn"))}</p>'
        return text + self._table(self.tables["clv_test"])

    def _losses(self) -> str:
        told = self.found.losses
        if told is None:
            return self._head("churn") + self._gap("churn")
        note = self._note(
            "churn_note",
            days=told.horizon_days,
            fitted=self._count(told.fitted_on),
            judged=self._count(told.judged_on),
            auc=f"{told.auc:.3f}",
            brier=f"{told.brier:.3f}",
            rate=f"{told.brier_of_rate:.3f}",
        )
        tiles = [
            ("churn_customers", self._count(told.customers)),
            ("churn_expected", self._count(told.expected)),
        ]
        return self._head("churn") + note + self._tiles(tiles) + self._drawn("churn")

    def _head(self, code: str) -> str:
        return f"<h2>{escape(self.say(code))}</h2>"

    def _note(self, code: str, **params: object) -> str:
        return f'<p class="about">{escape(self.say(code, **params))}</p>'

    def _gap(self, part: str) -> str:
        code = self.found.gaps.get(part, f"analysis.gap_{part}")
        return f'<p class="about">{escape(sentence(code, {}, self.language))}</p>'

    def _drawn(self, section: str) -> str:
        found = (self.charts.get(name) for name in _CHARTS[section])
        return "".join(f"<figure>{svg}</figure>" for svg in found if svg)

    def _tiles(self, tiles: Sequence[tuple[str, str]], *, plain: bool = False) -> str:
        cells = "".join(
            f"<div class=tile><b>{escape(text)}</b>"
            f"<span>{escape(code if plain else self.say(code))}</span></div>"
            for code, text in tiles
        )
        beside = next((n for n in (4, 3, 5) if len(tiles) % n == 0), min(len(tiles), 4))
        return f'<div class="tiles by{beside}">{cells}</div>'

    def _table(self, table: Table, *, title: bool = False) -> str:
        keep = range(len(table.heads))
        heads = "".join(f"<th>{escape(table.heads[place])}</th>" for place in keep)
        body = "".join(
            "<tr>" + "".join(self._cell(row[place], table.kinds[place]) for place in keep) + "</tr>"
            for row in table.rows
        )
        head = f"<h3>{escape(table.title)}</h3>" if title else ""
        text = f"<table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        return f"{head}<div class=wide>{text}</div>"

    def _cell(self, value: Cell, kind: Kind) -> str:
        text = escape(shown(value, kind, self.language))
        if kind != "text":
            return f"<td>{text}</td>"
        return f'<td class="text{" long" if len(text) > 30 else ""}">{text}</td>'

    def _count(self, value: float) -> str:
        return shown(value, "count", self.language)

    def _number(self, value: float, kind: Kind) -> str:
        return shown(value, kind, self.language)

    def _money(self, minor: float) -> str:
        source = self.found.source
        text = figure(round(minor), source.money_scale, self.language)
        return f"{text}\u00a0{source.money}".rstrip()
