"""Why each rule of a programme gave what it gave for a purchase, or gave nothing."""

from typing import NamedTuple

from regulars.core.earning.compiled import CompiledRule
from regulars.core.earning.evaluate import earn
from regulars.core.earning.settle import Award, Earnings
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.when.prepare import why_not


class Explained(NamedTuple):
    """One rule's answer: its award, or None; and the reason of either."""

    rule: str
    award: Award | None
    reason: Reason


def explain(programme: Compiled, scene: Scene) -> tuple[Explained, ...]:
    """An answer for every rule of the document: switched-on ones by priority and id, then the rest.

    For support and for trying a programme out; `earn` itself looks only at rules that may apply.
    """
    earnings = earn(programme, scene)
    awards = {award.rule: award for award in earnings.awards}
    in_time = programme.index.in_time(scene)
    told = []
    for rule in programme.rules:
        award = awards.get(rule.id)
        if award is not None:
            told.append(Explained(rule.id, award, award.reason))
        elif not in_time >> rule.number & 1:
            told.append(Explained(rule.id, None, Reason("earning.not_in_force")))
        else:
            told.append(Explained(rule.id, None, _why_nothing(programme, scene, rule, earnings)))
    told += [
        Explained(rule.id, None, Reason("earning.switched_off"))
        for rule in programme.document.earning
        if not rule.enabled
    ]
    return tuple(told)


def _why_nothing(
    programme: Compiled, scene: Scene, rule: CompiledRule, earnings: Earnings
) -> Reason:
    """The first thing that stood in the way, in the order in which the evaluation meets it."""
    if rule.rewards is not None:
        return Reason.of("earning.other_event", event=rule.rewards.event)
    if not scene.lines_of(rule.goods).positions:
        return Reason("earning.no_goods")
    unmet = why_not(rule.document.when, scene, programme.terms)
    if unmet is not None:
        return unmet
    for cut in earnings.cut:
        if ("rule", rule.id) in cut.params or ("currency", rule.currency) in cut.params:
            return cut
    if rule.gives is not None and rule.gives(scene, scene.lines_of(rule.goods)) is None:
        return Reason("earning.nothing_given")
    return _why_dropped(programme, rule, earnings)


def _why_dropped(programme: Compiled, rule: CompiledRule, earnings: Earnings) -> Reason:
    by_id = {each.id: each for each in programme.rules}
    given = [by_id[award.rule] for award in earnings.awards]
    if rule.exclusive and any(other.exclusive == rule.exclusive for other in given):
        return Reason.of("earning.better_in_group", group=rule.exclusive)
    before = [other for other in given if other.number < rule.number]
    most = programme.document.earning_policy.stacking_max
    if any(other.final for other in before) or (most is not None and len(before) >= most):
        return Reason("earning.after_final")
    if rule.multiplies is not None:
        return Reason("earning.nothing_to_multiply")
    return Reason("earning.rounded_away")
