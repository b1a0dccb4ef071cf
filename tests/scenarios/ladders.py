"""Levels of a record as the tiers of our programme document."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scenarios.words import UnknownWord, check, listed, number, plain, text, whole

LEVEL_FIELDS = frozenset({"id", "from", "name", "multiplier", "discount", "min", "points"})
NO_LEVEL = "no-level"
ENDS = {
    "end_of_period": 0, "period_end": 0, "end_of_next_period": 1, "next_period_end": 1,
}  # fmt: skip
PERIODS = ("day", "week", "month", "quarter", "year")


def holder_of(programmes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The programme that has levels."""
    return next((p for p in programmes if p.get("levels") is not None), None)


def level_code(name: Any) -> str:
    """A level's name as a code of ours."""
    folded = "".join(c for c in str(name).lower() if c.isascii() and c.isalnum())
    return f"l-{folded}"[:40]


def levels_of(programme: Mapping[str, Any]) -> list[tuple[str, Any, Mapping[str, Any]]]:
    """(name, from, what else is said) of each level, from the lowest. Raises UnknownWord."""
    where = f"programme {programme.get('id')} level"
    found = []
    for level in listed(programme.get("levels")):
        check(where, level, LEVEL_FIELDS)
        name = text(level.get("id", level.get("name")), where)
        least = number(level.get("from", level.get("min", level.get("points", 0))), where)
        found.append((name, least, level))
    return sorted(found, key=lambda pair: pair[1])


def ladder_of(
    programmes: Sequence[Mapping[str, Any]], currencies: Mapping[str, str]
) -> dict[str, Any] | None:
    """The ladder; somebody below the lowest level of the record has none. Raises UnknownWord."""
    programme = holder_of(programmes)
    if programme is None:
        return None
    where = f"programme {programme.get('id')}"
    levels: list[dict[str, Any]] = [
        {"code": level_code(name), "title": name, "threshold": plain(least), **_card(level, where)}
        for name, least, level in levels_of(programme)
    ]
    if not levels or levels[0]["threshold"] != "0":
        levels.insert(0, {"code": NO_LEVEL, "title": "None"})
    basis = str(programme.get("basis", "spent"))
    ladder: dict[str, Any] = {
        "measure": "spend",
        "window": _window(programme, basis, where),
        "levels": levels,
        "landing": "soft" if programme.get("downgrade") == "one_step" else "hard",
    }
    if "point" in basis:
        own = currencies.get(str(programme["id"])) or next(iter(currencies.values()), None)
        if own is None:
            raise UnknownWord(f"{where}: levels by points that nobody earns")
        ladder |= {"measure": "points", "currency": own}
    elif "visit" in basis or "orders" in basis or basis == "number of transactions":
        ladder["measure"] = "visits"
    elif not any(word in basis for word in ("spen", "transaction", "amount", "turnover", "order")):
        raise UnknownWord(f"{where}: unknown basis {basis!r}"[:120])
    return ladder


def _card(level: Mapping[str, Any], where: str) -> dict[str, Any]:
    if level.get("discount") is None:
        return {}
    return {"discount": {"percent": plain(number(level["discount"], where))}}


def multipliers_of(
    programmes: Sequence[Mapping[str, Any]], currencies: Iterable[str]
) -> list[dict[str, Any]]:
    """Earning rules that give more points to those on a level. Raises UnknownWord."""
    programme = holder_of(programmes)
    rules: list[dict[str, Any]] = []
    for name, _, level in levels_of(programme) if programme else ():
        factor = number(level.get("multiplier", 1), f"level {name}")
        if factor > 1:
            rules += [
                {
                    "id": f"m-{level_code(name)}-{i}"[:40],
                    "title": "Level",
                    "mechanic": "multiplier",
                    "params": {"factor": plain(factor)},
                    "currency": currency,
                    "priority": 10_000,
                    "when": {"tier": {"in": [level_code(name)]}},
                }
                for i, currency in enumerate(currencies)
            ]
    return rules


def _window(programme: Mapping[str, Any], basis: str, where: str) -> dict[str, Any]:
    downgrade = programme.get("downgrade")
    if downgrade not in (
        None,
        "one_step",
        "immediate",
        "automatic",
        "to_earned",
        "none",
        "at_once",
    ):
        raise UnknownWord(f"{where}: unknown downgrade {downgrade!r}"[:120])
    start = programme.get("level_start")
    if start not in (None, "at_once", "immediately", "next_period", "start_of_next_period"):
        raise UnknownWord(f"{where}: unknown level_start {start!r}"[:120])
    days = programme.get("level_days", programme.get("levels_valid_days"))
    if days is not None:
        length = {"days": whole(days, where)}
        return {"kind": "rolling", "length": {"months": 1200}, "valid": length}
    if "calendar" in basis or programme.get("period") is not None:
        words = f"{basis} {programme.get('period', '')}"
        period = next((period for period in PERIODS if period in words), None)
        end = str(programme.get("level_end", "end_of_period"))
        if period is None or end not in ENDS:
            raise UnknownWord(f"{where}: unknown period {words!r} or level_end {end!r}"[:160])
        return {"kind": "calendar", "period": period, "keep_periods": ENDS[end]}
    return {"kind": "lifetime"}
