"""Which programmes are in force, what became of codes, free units, limits and budgets."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from regulars.core.purchase import QUANTITY_SCALE
from scenarios.codes import accepted_now
from scenarios.expecting import Differs, Sight, by_name, expects
from scenarios.probing import enter_own, in_force, is_available, probe, times_left
from scenarios.registry import moment
from scenarios.words import flag, listed, major, part
from scenarios.world import World, tried

NOTHING_LEFT = "promotion.missing.nothing_left"


def in_force_now(sight: Sight) -> set[str]:
    """Programmes that do something on the order, or would if anything were left to pay."""
    view = sight.view
    ours = [d.id for d in view.decision.discounts] + [g.promotion for g in view.decision.gifts]
    ours += [issued.by for issued in view.decision.issued]
    ours += [v.promotion for v in view.decision.passed if v.reason.code.endswith("nothing_left")]
    found = {
        view.translation.programme_of[one] for one in ours if one in view.translation.programme_of
    }
    names = {code: name for name, code in view.translation.currencies.items()}
    found |= {names[p.currency] for p in view.decision.payments if p.currency in names}
    return found


@expects("applied")
def applied(sight: Sight, expected: Any) -> None:
    found, wanted = in_force_now(sight), {str(name) for name in listed(expected)}
    sight.equal("applied", sorted(wanted), sorted(found))


@expects("not_applied")
def not_applied(sight: Sight, expected: Any) -> None:
    both = in_force_now(sight) & {str(name) for name in listed(expected)}
    if both:
        raise Differs(f"not_applied: {sorted(both)} are in force")


@expects("code_accepted")
def code_accepted(sight: Sight, expected: Any) -> None:
    if isinstance(expected, dict):
        for who, wanted in expected.items():
            sight.equal(
                f"code_accepted for {who}", flag(wanted, who), _accepted_for(sight.world, who)
            )
        return
    found = sight.world.last.accepted
    if found is None:
        raise Differs("code_accepted: no code was entered")
    sight.equal("code_accepted", flag(expected, "code_accepted"), found)


def _accepted_for(world: World, who: str) -> bool:
    copy = tried(world)
    programme = copy.programme()
    copy = probe(copy, programme)
    if who in ("anonymous", "guest"):
        copy.order.customer = None
    elif who == "staff":
        copy.order.customer = copy.customer_of({"id": "somebody of the staff", "staff": True})
    elif who == "customer":
        copy.order.customer = copy.customer_of("some customer")
    else:
        copy.order.customer = who
    enter_own(copy, str(programme["id"]))
    return in_force(copy, str(programme["id"]))


@expects("codes")
def codes(sight: Sight, expected: Any) -> None:
    found = [entered.word for entered in accepted_now(sight.world)]
    sight.equal(
        "codes", sorted(str(c).lower() for c in listed(expected)), sorted(c.lower() for c in found)
    )


@expects("coupons_issued")
def coupons_issued(sight: Sight, expected: Any) -> None:
    """By programme, or all together; a coupon that carries points is one coupon."""
    found: dict[str, int] = {}
    for issued in sight.view.decision.issued:
        name = sight.view.translation.programme_of[issued.promotion]
        found[name] = found.get(name, 0) + issued.count
    for name in sight.view.translation.future & sight.view.translation.kept:
        if earned_of(sight, name) > 0:
            found[name] = 1
    if isinstance(expected, dict):
        for name, count in expected.items():
            sight.same(f"coupons_issued {name}", count, Decimal(found.get(name, 0)))
        return
    sight.same("coupons_issued", expected, Decimal(sum(found.values())))


def earned_of(sight: Sight, name: str) -> Decimal:
    """The points of a programme that the order brings."""
    currency = sight.view.translation.currencies.get(name)
    awards = sight.view.decision.earnings.awards
    found = sight.view.programme.currencies.get(currency or "")
    total = sum(award.amount for award in awards if award.currency == currency)
    return Decimal(total).scaleb(-found.scale) if found else Decimal(0)


def free_units_of(sight: Sight) -> dict[str, Decimal]:
    """Units that cost nothing: made free on the receipt by one promotion, or to be added by the till."""
    found: dict[str, Decimal] = {}
    lines = sight.view.receipt.lines
    for discount in sight.view.decision.discounts:
        for line, cut in zip(lines, discount.shares, strict=True):
            if cut and line.amount_minor and line.kind == "goods":
                units = cut * line.quantity // line.amount_minor
                rest = (units + QUANTITY_SCALE // 100) // QUANTITY_SCALE
                if rest:
                    found[line.sku] = found.get(line.sku, Decimal(0)) + rest
    for gift in sight.view.decision.gifts:
        found[gift.sku] = found.get(gift.sku, Decimal(0)) + Decimal(gift.quantity) / QUANTITY_SCALE
    return found


@expects("free_units")
def free_units(sight: Sight, expected: Any) -> None:
    found = free_units_of(sight)
    if not isinstance(expected, dict):
        sight.same("free_units", expected, sum(found.values(), Decimal(0)))
        return
    wanted = by_name(expected, "free_units")
    for sku in {*wanted, *found}:
        sight.same(f"free_units {sku}", wanted.get(sku, 0), found.get(sku, Decimal(0)))


@expects("units_added")
def units_added(sight: Sight, expected: Any) -> None:
    added = sum(gift.quantity for gift in sight.view.decision.gifts)
    sight.same("units_added", expected, Decimal(added) / QUANTITY_SCALE)


def _used(sight: Sight) -> int:
    return sum(max(d.used, d.units) for d in sight.view.decision.discounts)


@expects("units_used")
def units_used(sight: Sight, expected: Any) -> None:
    sight.same("units_used", expected, Decimal(_used(sight)))


@expects("units_left")
def units_left(sight: Sight, expected: Any) -> None:
    units = sum(sight.units_of(place) for place in sight.view.rung.places if place is not None)
    sight.same("units_left", expected, Decimal(units - _used(sight)))


@expects("still_eligible")
def still_eligible(sight: Sight, expected: Any) -> None:
    """Whether the first programme would count once more on the pieces that were not used."""
    view, copy = sight.view, tried(sight.world)
    left = [max(d.used, d.units) for d in view.decision.discounts]
    due = sum(left)
    cuts = view.cuts()
    for line, place in zip(copy.order.lines, view.rung.places, strict=True):
        if place is not None and cuts[place]:
            part = min(due, sight.units_of(place))
            line["qty"] = Decimal(sight.units_of(place) - part)
            due -= part
    name = str(copy.programme()["id"])
    sight.equal("still_eligible", flag(expected, "still_eligible"), in_force(copy, name))


@expects("available", "eligible", "valid")
def available(sight: Sight, expected: Any) -> None:
    wanted = expected if isinstance(expected, dict) else {sight.world.programme()["id"]: expected}
    for name, is_wanted in wanted.items():
        found = is_available(sight.world, sight.world.programme(name))
        sight.equal(f"available {name}", flag(is_wanted, "available"), found)


@expects("available_on")
def available_on(sight: Sight, expected: Any) -> None:
    for day, wanted in by_name(expected, "available_on").items():
        found = is_available(sight.world, sight.world.programme(), at=moment(day))
        sight.equal(f"available_on {day}", flag(wanted, "available_on"), found)


@expects("max_applications", "uses_left")
def max_applications(sight: Sight, expected: Any) -> None:
    wanted = expected if isinstance(expected, dict) else {sight.world.programme()["id"]: expected}
    for name, times in wanted.items():
        found = times_left(sight.world, sight.world.programme(name))
        sight.same(f"max_applications {name}", times, Decimal(found))


@expects("budget_used", "uses", "used")
def budget_used(sight: Sight, expected: Any) -> None:
    wanted = expected if isinstance(expected, dict) else {sight.world.programme()["id"]: expected}
    for name, amount in wanted.items():
        programme = sight.world.programme(name)
        budget = part(programme, "budget")
        if budget.get("type", "usage") == "spend":
            found = major(sight.world.used.get((name, "budget"), 0))
        else:
            found = Decimal(sight.world.used.get((name, "uses"), 0))
        sight.same(f"budget_used {name}", amount, found)


@expects("coupon_expires", "coupon_valid_until")
def coupon_expires(sight: Sight, expected: Any) -> None:
    until = [t.until for t in sight.world.tickets.values() if t.until is not None]
    if not until:
        raise Differs("coupon_expires: no coupon ends")
    sight.equal(
        "coupon_expires",
        str(expected)[:10],
        (max(until) - timedelta(microseconds=1)).date().isoformat(),
    )
