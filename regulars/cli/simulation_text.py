"""A comparison of candidates as a table for the terminal: assumptions first, then figures side by side."""

from collections.abc import Callable, Iterator

from regulars.cli.session import Session
from regulars.cli.tables import table_lines
from regulars.core.economics.outcome import Comparison, Outcome, Told
from regulars.core.wording.telling import figure as amount_text
from regulars.documents.analysis_page import shown

_NONE = "—"
Tell = Callable[[Outcome], str]


def comparison_lines(session: Session, found: Comparison) -> list[str]:
    """What was assumed, the table of candidates, their points, and what the replay cannot know."""
    about = {"name": found.source, "since": found.since, "until": found.until}
    lines = [session.say("simulation.title", **about), ""]
    lines += [f"  {_sentence(session, found, told)}" for told in found.assumptions]
    rows = [
        [session.say(f"simulation.row_{code}"), *(tell(one) for one in found.outcomes)]
        for code, tell in _rows(session, found)
    ]
    heads = [session.say("simulation.head"), *(one.code for one in found.outcomes)]
    lines += ["", *table_lines(heads, rows)]
    for one in found.outcomes:
        lines += _points(session, one)
    gaps = [(one.code, told) for one in found.outcomes for told in one.gaps]
    if gaps:
        lines += ["", session.say("simulation.gaps")]
        lines += [f"  {code}: {_sentence(session, found, told)}" for code, told in gaps]
    return lines


def _rows(session: Session, found: Comparison) -> Iterator[tuple[str, Tell]]:
    language = session.language

    def money(minor: int) -> str:
        return f"{amount_text(minor, found.money_scale, language)} {found.money}".rstrip()

    def count(number: int) -> str:
        return shown(float(number), "count", language)

    def share(value: float | None) -> str:
        return _NONE if value is None else shown(value, "share", language)

    yield "members", lambda one: count(one.totals.members)
    yield "receipts", lambda one: count(one.totals.receipts)
    yield "sales", lambda one: money(one.totals.sales_minor)
    yield "discounts", lambda one: money(one.totals.discounts_minor)
    yield "issued", lambda one: money(one.totals.issued_minor)
    yield "spent", lambda one: money(one.totals.spent_minor)
    yield "expired", lambda one: money(one.totals.expired_minor)
    yield "outstanding", lambda one: money(one.totals.outstanding_minor)
    yield "cost", lambda one: money(one.cost_minor)
    if found.points_cost != 1:
        yield "cost_stated", lambda one: money(one.cost_stated_minor)
    yield "cost_share", lambda one: share(one.rates.cost)
    yield "reward", lambda one: share(one.rates.reward)
    yield "effective", lambda one: share(one.rates.effective)
    yield "discount", lambda one: share(one.rates.discount)
    yield "redemption", lambda one: share(one.rates.redemption)
    yield "reach", lambda one: share(one.rates.reach)
    yield "top", lambda one: share(_of_top(one))
    if found.ends:
        yield "cost_range", lambda one: _range(money, found, one)
    if len(found.outcomes) > 1:
        yield (
            "winners",
            lambda one: _NONE if not one.versus_first else count(one.versus_first.winners),
        )
        yield (
            "losers",
            lambda one: _NONE if not one.versus_first else count(one.versus_first.losers),
        )
    yield "rejected", lambda one: count(one.rows.rejected.rows)


def _of_top(one: Outcome) -> float | None:
    """The share of all reward that goes to the tenth who buy most."""
    whole = one.totals.reward_minor
    return one.deciles[0].figures.reward_minor / whole if whole > 0 and one.deciles else None


def _range(money: Callable[[int], str], found: Comparison, one: Outcome) -> str:
    ends = found.ends[one.code]
    return f"{money(ends.low.cost_minor)} … {money(ends.high.cost_minor)}"


def _points(session: Session, one: Outcome) -> list[str]:
    lines = []
    for code, currency in one.currencies.items():
        flows = {
            name: shown(float(amount), "count", session.language)
            for name, amount in currency.flows._asdict().items()
        }
        lines.append(session.say("simulation.points", candidate=one.code, currency=code, **flows))
    if one.reached:
        reached = ", ".join(f"{tier} {count}" for tier, count in one.reached.items())
        lines.append(session.say("simulation.reached", candidate=one.code, tiers=reached))
    return ["", *lines] if lines else []


def _sentence(session: Session, found: Comparison, told: Told) -> str:
    params = dict(told.params)
    least = params.pop("least_minor", None)
    if isinstance(least, int):
        text = amount_text(least, found.money_scale, session.language)
        params["least"] = f"{text} {found.money}"
    return session.say(told.code, **params)
