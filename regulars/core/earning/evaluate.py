"""What a purchase or an event earns under a programme version, and why."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2s
from operator import attrgetter

from regulars.core.earning.compiled import CompiledRule
from regulars.core.earning.drafts import Draft, choose, limit, multiply, used
from regulars.core.earning.index import Plan
from regulars.core.earning.settle import NOTHING, Earnings, settle
from regulars.core.programme.caps import COUNTED
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import Boost
from regulars.core.purchase import Buyer, Event, Receipt
from regulars.core.reasons import Reason
from regulars.core.scene import Lines, Scene

_new = tuple.__new__
_NUMBER = attrgetter("rule.number")


def earn(programme: Compiled, scene: Scene, boosts: Sequence[Boost] = ()) -> Earnings:
    """Every award of the purchase by priority and id; the sums do not depend on the order of lines
    or of rules in the document.

    Ordinary rules give exact amounts, each within its own limits; then exclusive groups, final
    rules and the number of rules per receipt; then multipliers; then one rounding per currency, the
    currency's limits, and the shares of the lines. Lines tagged `no_points` never earn. `boosts` are
    multipliers brought by promotions: they come last, as rules `promotion:<id>`.
    """
    plan = programme.index.plan(scene)
    if not plan.rules:
        return NOTHING
    cut: list[Reason] = []
    drafts: list[Draft] = []
    selected = scene.selected  # here by hand: a call less per rule
    for rule, holds, goods, gives, caps in plan.rules:
        if holds is not None and not holds(scene):
            continue
        lines = selected.get(goods) or scene.lines_of(goods)
        given = gives(scene, lines)
        if given is None:
            continue
        numerator, denominator, weights, params = given
        if weights is None:
            weights = lines.paid
        draft = _new(Draft, (rule, numerator, denominator, weights, lines, params))
        if caps is None:
            drafts.append(draft)
        else:
            drafts += limit(programme, scene, draft, cut)
    if plan.multipliers or boosts or not plan.plain:
        drafts = _joined(programme, scene, plan, boosts, drafts, cut)
    return settle(programme, scene, drafts, cut)


def _joined(
    programme: Compiled,
    scene: Scene,
    plan: Plan,
    boosts: Sequence[Boost],
    drafts: list[Draft],
    cut: list[Reason],
) -> list[Draft]:
    """The drafts after groups and final rules, with those of the multipliers, in order."""
    policy = programme.document.earning_policy
    multipliers = [
        (rule, scene.lines_of(rule.goods))
        for rule in plan.multipliers
        if rule.holds is None or rule.holds(scene)
    ]
    if not plan.plain:
        kept, multipliers = choose(drafts, multipliers, policy.stacking_max)
        _forget(cut, dropped={draft.rule.id for draft in drafts} - {d.rule.id for d in kept})
        drafts = kept
    by_id = programme.promotions.by_id
    for boost in boosts:
        rule = by_id[boost.promotion].boost
        assert rule is not None
        multipliers.append((rule, scene.lines_of(boost.goods)))
    if not multipliers:
        return drafts
    for draft in multiply(drafts, multipliers, policy.multipliers):
        drafts += limit(programme, scene, draft, cut)
    drafts.sort(key=_NUMBER)
    return drafts


def _forget(cut: list[Reason], *, dropped: set[str]) -> None:
    """A limit on a rule that does not count in the end took nothing away."""
    cut[:] = [reason for reason in cut if dict(reason.params)["rule"] not in dropped]


def award_event(programme: Compiled, event: Event, buyer: Buyer, moment: datetime) -> Earnings:
    """Every award of something that is not a purchase; limits, groups and rounding are the same.

    The shares are empty. What may be given once is counted under keys `rule:<id>:times…`.
    """
    rules = programme.event_rules.get(event.kind)
    if not rules:
        return NOTHING
    scene = _scene_of(programme, event, buyer, moment)
    in_time = programme.index.in_time(scene)
    cut: list[Reason] = []
    drafts: list[Draft] = []
    counted: dict[str, tuple[str, int]] = {}
    for rule in rules:
        if not in_time >> rule.number & 1 or (rule.holds is not None and not rule.holds(scene)):
            continue
        times = _times(programme, scene, rule, event)
        if times is not None:
            key, period = times
            if used(buyer.counters.get(key), period):
                continue
            counted[rule.id] = times
        assert rule.rewards is not None
        bonus = rule.rewards
        draft = Draft(rule, bonus.amount, 1, (), Lines(scene, []), bonus.params)
        drafts += limit(programme, scene, draft, cut)
    kept, _ = choose(drafts, [], programme.document.earning_policy.stacking_max)
    _forget(cut, dropped={draft.rule.id for draft in drafts} - {d.rule.id for d in kept})
    earned = settle(programme, scene, kept, cut)
    once = [(*counted[award.rule], 1) for award in earned.awards if award.rule in counted]
    return earned._replace(counters=(*earned.counters, *once))


def _scene_of(programme: Compiled, event: Event, buyer: Buyer, moment: datetime) -> Scene:
    receipt = Receipt("", "", "", event.occurred_at, (), attributes=event.attributes)
    scene = Scene(receipt, buyer, moment, ())
    terms = programme.terms
    scene.enter(terms.zone, terms.money_scale, terms.goods)
    return scene


def _times(
    programme: Compiled, scene: Scene, rule: CompiledRule, event: Event
) -> tuple[str, int] | None:
    """The counter that says whether the rule was used up, and the period it counts in."""
    assert rule.rewards is not None
    once = rule.rewards.once
    if once == "always":
        return None
    if once == "reference":
        digest = blake2s(event.reference.encode(), digest_size=10).hexdigest()
        return f"rule:{rule.id}:times:{digest}", 0
    if once == "ever":
        return f"rule:{rule.id}:times", 0
    place = next(place for place, (name, _) in enumerate(COUNTED) if name == once)
    return f"rule:{rule.id}:times:{once}", programme.periods_of(scene)[place]
