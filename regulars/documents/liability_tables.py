"""The liability of a month as tables of ready cells: the same ones for page, CSV files and workbook."""

from collections.abc import Sequence
from datetime import date

from regulars.core.calendar import add_months
from regulars.core.economics.closing import Nature
from regulars.core.economics.statement import CurrencyTold, Statement, month_name
from regulars.core.economics.subledger import Entry
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.documents.analysis_tables import Cell, Kind, Table

_POINTS = ("granted", "revived", "adjusted", "moved", "redeemed", "expired")
_PAID_IN = ("sold", "granted", "revived", "adjusted", "moved", "redeemed", "expired")
_MONEY = ("granted", "redeemed", "reestimated")


def tables_of(statement: Statement, language: str) -> list[Table]:
    """Every table of the statement, in the order in which it reads."""
    made = [summary_table(statement, language)]
    for one in statement.of(Nature.POINTS):
        made += [
            roll_forward_table(statement, one, language),
            vintages_table(statement, one, language),
            triangle_table(one, language),
            sensitivity_table(statement, one, language),
        ]
    made += [paid_in_table(statement, one, language) for one in statement.of(Nature.PAID_IN)]
    made += [late_table(statement, language), differences_table(statement, language)]
    made.append(journal_table(statement, language))
    return [table for table in made if table.rows]


def title_of(one: CurrencyTold, language: str) -> str:
    """What a currency is called."""
    return text_in(dict(one.frozen.terms.title), language)


def summary_table(statement: Statement, language: str) -> Table:
    """Each currency on one line: what is outstanding, what waits, how much of it may never come."""
    rows: list[tuple[Cell, ...]] = []
    for one in statement.currencies:
        total, tested = one.total, one.found.tested
        low, high = one.found.interval or (None, None)
        rows.append(
            (
                title_of(one, language),
                _say(f"nature_{one.nature}", language),
                _units(total.closing_points, one.frozen.terms.scale),
                one.found.rate,
                low,
                high,
                _units(total.money.opening_minor, statement.money_scale),
                _units(total.money.closing_minor, statement.money_scale),
                None if tested is None else _units(tested.expected, one.frozen.terms.scale),
                None if tested is None else _units(tested.actual, one.frozen.terms.scale),
                None if tested is None else tested.miss,
            )
        )
    names = ("currency", "nature", "outstanding", "breakage", "low", "high", "money_opening",
             "money_closing", "foretold", "came", "miss")  # fmt: skip
    kinds: tuple[Kind, ...] = ("text", "text", "number", "share", "share", "share", "money",
                               "money", "number", "number", "share")  # fmt: skip
    return Table("summary", _say("summary", language), _heads(names, language), kinds, tuple(rows))


def roll_forward_table(statement: Statement, one: CurrencyTold, language: str) -> Table:
    """What the month did to each vintage, in points and in money, and to all together."""
    names = ["vintage", "opening", *_POINTS, "closing", "money_opening"]
    names += [f"money_{name}" for name in _MONEY] + ["money_closing"]
    kinds = _kinds(number=len(_POINTS) + 2, money=len(_MONEY) + 2)
    moved = [entry for entry in one.frozen.end.entries if _is_alive(entry)]
    rows = [_entry(statement, one, entry, _POINTS) for entry in moved]
    rows.append(_entry(statement, one, one.total, _POINTS, _say("all", language)))
    title = _say("roll_forward_of", language, currency=title_of(one, language))
    return Table(f"roll_forward_{one.code}", title, _heads(names, language), kinds, tuple(rows))


def paid_in_table(statement: Statement, one: CurrencyTold, language: str) -> Table:
    """What the month did to money paid in, by the month in which it was paid in."""
    names = ["vintage", "opening", *_PAID_IN, "closing"]
    rows: list[tuple[Cell, ...]] = []
    entries = [(entry, "") for entry in one.frozen.end.entries]
    for entry, title in [*entries, (one.total, _say("all", language))]:
        flow = entry.flow._asdict()
        amounts = [entry.opening_points, *(flow[name] for name in _PAID_IN), entry.closing_points]
        money = [_units(amount, statement.money_scale) for amount in amounts]
        rows.append((title or month_name(entry.vintage), *money))
    title = _say("paid_in_of", language, currency=title_of(one, language))
    kinds = _kinds(money=len(names) - 1)
    return Table(f"paid_in_{one.code}", title, _heads(names, language), kinds, tuple(rows))


def vintages_table(statement: Statement, one: CurrencyTold, language: str) -> Table:
    """How each vintage stands: points, how many are expected to come, by what method, what waits."""
    found = {each.vintage: each for each in one.found.vintages}
    scale = one.frozen.terms.scale
    rows: list[tuple[Cell, ...]] = []
    for line in one.frozen.end.lines:
        told = found.get(line.vintage)
        rows.append(
            (
                month_name(line.vintage),
                *(
                    _units(amount, scale)
                    for amount in (
                        line.points.base,
                        line.points.redeemed,
                        line.points.expired,
                        line.points.outstanding,
                        line.expected,
                    )
                ),
                None if told is None else _units(told.error, scale),
                "—" if told is None else sentence(f"liability.by_{told.method}", {}, language),
                *(
                    _units(minor, statement.money_scale)
                    for minor in (line.deferred_minor, line.revenue_minor, line.liability_minor)
                ),
            )
        )
    names = ("vintage", "base", "redeemed", "expired", "closing", "expected", "error", "method",
             "deferred", "revenue", "money_closing")  # fmt: skip
    kinds: tuple[Kind, ...] = ("text", "number", "number", "number", "number", "number", "number",
                               "text", "money", "money", "money")  # fmt: skip
    title = _say("vintages_of", language, currency=title_of(one, language))
    return Table(f"vintages_{one.code}", title, _heads(names, language), kinds, tuple(rows))


def triangle_table(one: CurrencyTold, language: str) -> Table:
    """Points redeemed, cumulative, by vintage and months of age."""
    width = max((len(row) for row in one.triangle.values()), default=0)
    scale = one.frozen.terms.scale
    rows = tuple(
        (
            month_name(vintage),
            *(_units(amount, scale) for amount in row),
            *[None] * (width - len(row)),
        )
        for vintage, row in one.triangle.items()
    )
    kinds = _kinds(number=width)
    heads = (_say("head_vintage", language), *map(str, range(width)))
    title = _say("triangle_of", language, currency=title_of(one, language))
    return Table(f"triangle_{one.code}", title, heads, kinds, rows)


def sensitivity_table(statement: Statement, one: CurrencyTold, language: str) -> Table:
    """What would wait at other breakage."""
    now = one.total.money.closing_minor
    rows = tuple(
        (
            f"{change:+d}" if change else "0",
            _units(minor, statement.money_scale),
            _units(minor - now, statement.money_scale),
        )
        for change, minor in sorted({**one.sensitivity, 0: now}.items())
    )
    title = _say("sensitivity_of", language, currency=title_of(one, language))
    heads = _heads(("change", "money_closing", "difference"), language)
    return Table(f"sensitivity_{one.code}", title, heads, ("text", "money", "money"), rows)


def late_table(statement: Statement, language: str) -> Table:
    """What came after the close of an earlier month and counts in this one."""
    by_code = {one.code: one for one in statement.currencies}
    rows: list[tuple[Cell, ...]] = []
    for note in statement.late:
        one = by_code[note.currency]
        flow = note.came.flow._asdict()
        scale = one.frozen.terms.scale
        rows.append(
            (
                title_of(one, language),
                month_name(note.month),
                note.came.transactions,
                *(_units(flow[name], scale) for name in _PAID_IN),
            )
        )
    names = ("currency", "month", "transactions", *_PAID_IN)
    kinds: tuple[Kind, ...] = ("text", "text", "count", *_kinds(number=len(_PAID_IN))[1:])
    return Table("late", _say("late", language), _heads(names, language), kinds, tuple(rows))


def differences_table(statement: Statement, language: str) -> Table:
    """What a month closed again has more than before."""
    by_code = {one.code: one for one in statement.currencies}
    rows: list[tuple[Cell, ...]] = []
    for code, changed in (statement.differences or {}).items():
        one = by_code.get(code)
        title = title_of(one, language) if one else code
        for name, amount in changed.items():
            is_money = name.endswith("_minor")
            scale = statement.money_scale if is_money else (one.frozen.terms.scale if one else 0)
            head = f"head_{_named(name)}"
            rows.append((title, _say(head, language), _units(amount, scale)))
    heads = _heads(("currency", "figure", "difference"), language)
    title = _say("differences", language)
    return Table("differences", title, heads, ("text", "text", "money"), tuple(rows))


def journal_table(statement: Statement, language: str) -> Table:
    """The month's double entries, dated its last day."""
    first = date(statement.month // 12, statement.month % 12 + 1, 1)
    day = date.fromordinal(add_months(first, 1).toordinal() - 1).isoformat()
    rows: list[tuple[Cell, ...]] = []
    for one, entries in statement.journal():
        for entry in entries:
            params = {"currency": title_of(one, language), "month": month_name(entry.vintage)}
            text = sentence(f"liability.journal_{entry.why}", params, language)
            amount = _units(entry.amount_minor, statement.money_scale)
            rows.append((day, entry.debit, entry.credit, amount, text))
    heads = _heads(("date", "debit", "credit", "amount", "text"), language)
    kinds: tuple[Kind, ...] = ("text", "text", "text", "money", "text")
    return Table("journal", _say("journal", language), heads, kinds, tuple(rows))


def _entry(
    statement: Statement,
    one: CurrencyTold,
    entry: Entry,
    names: Sequence[str],
    title: str = "",
) -> tuple[Cell, ...]:
    flow, money = entry.flow._asdict(), entry.money
    points = [entry.opening_points, *(flow[name] for name in names), entry.closing_points]
    return (
        title or month_name(entry.vintage),
        *(_units(amount, one.frozen.terms.scale) for amount in points),
        *(_units(minor, statement.money_scale) for minor in money),
    )


def _is_alive(entry: Entry) -> bool:
    """Whether there was anything of the vintage in the month."""
    return bool(entry.opening_points or entry.closing_points or any(entry.flow) or any(entry.money))


def _named(name: str) -> str:
    """The head of a figure of `differences`."""
    plain = name.removesuffix("_points").removesuffix("_minor")
    return f"money_{plain}" if name.endswith("_minor") else plain


def _units(amount: float, scale: int) -> float:
    return amount / 10**scale


def _kinds(*, number: int = 0, money: int = 0) -> tuple[Kind, ...]:
    """A title, then so many numbers, then so many sums of money."""
    kinds: list[Kind] = ["text"]
    kinds += ["number"] * number
    kinds += ["money"] * money
    return tuple(kinds)


def _heads(names: Sequence[str], language: str) -> tuple[str, ...]:
    return tuple(_say(f"head_{name}", language) for name in names)


def _say(code: str, language: str, **params: object) -> str:
    return sentence(f"liability_page.{code}", params, language)
