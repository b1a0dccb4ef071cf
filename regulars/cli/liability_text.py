"""The liability of a month as a person reads it in a terminal."""

from collections.abc import Callable, Sequence

from regulars.cli.session import Session
from regulars.cli.tables import table_lines
from regulars.core.economics.breakage import Breakage
from regulars.core.economics.closing import Nature
from regulars.core.economics.statement import CurrencyTold, Statement, month_name
from regulars.core.programme.texts import text_in
from regulars.core.wording.telling import figure

_HEADS = (
    "vintage",
    "base",
    "redeemed",
    "expired",
    "left",
    "expected",
    "method",
    "deferred",
    "waits",
)
_WIDTH = 52


def statement_lines(
    statement: Statement, session: Session, *, triangle: bool = False, changes: bool = False
) -> list[str]:
    """The month's end: points that wait, money paid in, what came late; whether it is closed."""
    name = month_name(statement.month)
    lines = [session.say("liability.title", month=name)]
    if statement.closed is not None:
        closed = statement.closed
        lines.append(
            session.say(
                "liability.closed_as",
                number=closed.number,
                at=f"{closed.at:%Y-%m-%d %H:%M} UTC",
                hash=closed.hash[:16],
            )
        )
    points = statement.of(Nature.POINTS)
    for one in points:
        lines += ["", *_points(one, statement, session, triangle=triangle, changes=changes)]
    for one in statement.of(Nature.PAID_IN):
        lines += ["", *_paid_in(one, statement, session)]
    unpriced = [one.code for one in statement.of(Nature.UNPRICED)]
    if unpriced:
        lines += ["", session.say("liability.unpriced", currencies=", ".join(unpriced))]
    if not points:
        lines += ["", session.say("liability.nothing")]
    return lines + _late(statement, session) + _differences(statement, session)


def breakage_text(found: Breakage, language: str) -> str:
    """Breakage with its 95 % interval: 30.0% (28.1% … 31.9%)."""
    if found.rate is None or found.interval is None:
        return "—"
    low, high = found.interval
    text = f"{found.rate:.1%} ({low:.1%} … {high:.1%})"
    return text.replace(".", ",").replace("%", "\u00a0%") if language == "ru" else text


def _points(
    one: CurrencyTold, statement: Statement, session: Session, *, triangle: bool, changes: bool
) -> list[str]:
    points, money = _figures(one, statement, session)
    total, moved = one.total, one.total.money
    title = text_in(dict(one.frozen.terms.title), session.language)
    lines = [session.say("liability.points_of", currency=title, money=statement.money)]
    told = {
        "outstanding": points(total.closing_points),
        "breakage": breakage_text(one.found, session.language),
        "opening": money(moved.opening_minor),
        "granted": money(moved.granted_minor),
        "redeemed": money(-moved.redeemed_minor),
        "reestimated": money(-moved.reestimated_minor),
        "closing": money(moved.closing_minor),
    }
    lines += _rows(told, session)
    tested = one.found.tested
    if tested is not None:
        expected, actual = points(round(tested.expected)), points(round(tested.actual))
        lines.append("  " + session.say("liability.tested", expected=expected, actual=actual))
    lines += ["", *_vintages(one, session, points, money)]
    if triangle and one.triangle:
        width = max(len(row) for row in one.triangle.values())
        body = [
            [month_name(vintage), *map(points, row), *[""] * (width - len(row))]
            for vintage, row in one.triangle.items()
        ]
        heads = ["", *map(str, range(width))]
        lines += ["", session.say("liability.triangle"), *table_lines(heads, body)]
    for change, minor in one.sensitivity.items() if changes else ():
        lines.append(session.say("liability.change", change=f"{change:+d}", amount=money(minor)))
    return lines


def _vintages(
    one: CurrencyTold,
    session: Session,
    points: Callable[[int], str],
    money: Callable[[int], str],
) -> Sequence[str]:
    methods = {each.vintage: str(each.method) for each in one.found.vintages}
    heads = [session.say(f"liability.head_{name}") for name in _HEADS]
    body = [
        [
            month_name(line.vintage),
            points(line.points.base),
            points(line.points.redeemed),
            points(line.points.expired),
            points(line.points.outstanding),
            points(line.expected),
            session.say(f"liability.by_{methods[line.vintage]}")
            if line.vintage in methods
            else "—",
            money(line.deferred_minor),
            money(line.liability_minor),
        ]
        for line in one.frozen.end.lines
    ]
    return table_lines(heads, body)


def _paid_in(one: CurrencyTold, statement: Statement, session: Session) -> list[str]:
    _, money = _figures(one, statement, session)
    total = one.total
    flow = total.flow
    title = text_in(dict(one.frozen.terms.title), session.language)
    told = {
        "paid_opening": money(total.opening_points),
        "paid_sold": money(flow.sold),
        "paid_adjusted": money(flow.adjusted + flow.granted + flow.revived + flow.moved),
        "paid_redeemed": money(-flow.redeemed),
        "paid_expired": money(-flow.expired),
        "paid_closing": money(total.closing_points),
        "paid_breakage": breakage_text(one.found, session.language),
    }
    head = session.say("liability.paid_in_of", currency=title, money=statement.money)
    return [head, *_rows(told, session)]


def _late(statement: Statement, session: Session) -> list[str]:
    lines = []
    by_code = {one.code: one for one in statement.currencies}
    for note in statement.late:
        one = by_code[note.currency]
        points, _ = _figures(one, statement, session)
        lines.append(
            session.say(
                "liability.late",
                count=note.came.transactions,
                currency=text_in(dict(one.frozen.terms.title), session.language),
                month=month_name(note.month),
                amount=points(note.came.flow.outstanding),
            )
        )
    return ["", *lines] if lines else []


def _differences(statement: Statement, session: Session) -> list[str]:
    lines = []
    by_code = {one.code: one for one in statement.currencies}
    for code, changed in (statement.differences or {}).items():
        if code not in by_code:
            continue
        points, money = _figures(by_code[code], statement, session)
        title = text_in(dict(by_code[code].frozen.terms.title), session.language)
        lines.append(
            session.say(
                "liability.differs",
                currency=title,
                points=points(changed.get("closing_points", 0)),
                money=money(changed.get("closing_minor", 0)),
            )
        )
    return ["", *lines] if lines else []


def _rows(told: dict[str, str], session: Session) -> list[str]:
    return [
        f"  {session.say(f'liability.{name}'):<{_WIDTH}}{text:>18}" for name, text in told.items()
    ]


def _figures(
    one: CurrencyTold, statement: Statement, session: Session
) -> tuple[Callable[[int], str], Callable[[int], str]]:
    def points(amount: int) -> str:
        return figure(amount, one.frozen.terms.scale, session.language)

    def money(minor: int) -> str:
        return figure(minor, statement.money_scale, session.language)

    return points, money
