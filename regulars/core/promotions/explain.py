"""Why each promotion of a programme did what it did to a receipt, or nothing, for whoever asks."""

from typing import Literal, NamedTuple

from regulars.core.programme.compiled import Compiled
from regulars.core.programme.promotions import Promotion
from regulars.core.programme.texts import text_in
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.compiled import phase_of
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import Issued, Presented, Promoted, Verdict
from regulars.core.promotions.unseen import why_unseen
from regulars.core.reasons import Reason
from regulars.core.scene import Scene
from regulars.core.wording.catalogue import sentence

Audience = Literal["till", "member", "marketer"]
SWITCHED_OFF = Reason("promotion.switched_off")


class Explained(NamedTuple):
    """One promotion's answer. `amount_minor` and `times` are what it gave, in all applications.

    `verdict` says why it was not applied; None where it was, or is switched off.
    """

    promotion: str
    applied: bool
    reason: Reason
    verdict: Verdict | None = None
    amount_minor: int = 0
    times: int = 0


def explain(
    programme: Compiled,
    scene: Scene,
    presented: Presented,
    *,
    member: bool,
    promoted: Promoted | None = None,
) -> tuple[Explained, ...]:
    """An answer for every promotion of the document: those switched on in the order of evaluation,
    then the rest.

    `promote` itself looks only at those that may apply; its result may be handed over. What it says
    of those it looked at is told here unchanged.
    """
    if promoted is None:
        promoted = promote(programme, scene, presented, member=member)
    given = _given(promoted)
    whys = {verdict.promotion: verdict for verdict in promoted.passed}
    told = []
    for promotion in programme.promotions.promotions:
        applied = given.get(promotion.id)
        if applied is not None:
            told.append(applied)
            continue
        verdict = whys.get(promotion.id)
        if verdict is None:
            verdict = why_unseen(programme, scene, presented, promotion)
        told.append(Explained(promotion.id, False, verdict.reason, verdict))
    off = [each for each in programme.document.promotions if not each.enabled]
    told += [Explained(each.id, False, SWITCHED_OFF) for each in sorted(off, key=_order)]
    return tuple(told)


def said(explained: Explained, programme: Compiled, audience: Audience, language: str) -> str:
    """The answer as a sentence for the till, the member or the marketer."""
    promotion = _documents(programme)[explained.promotion]
    why = explained.verdict.why if explained.verdict is not None else "off"
    reason = sentence(explained.reason.code, dict(explained.reason.params), language)
    if audience == "member" and not explained.applied:
        reason = sentence(f"promotion.member.{why}", {"reason": reason}, language)
    params = {
        "title": text_in(promotion.title, language),
        "id": promotion.id,
        "kind": text_in(dict(KINDS[promotion.kind].title), language),
        "reason": reason,
        "times": explained.times,
        "why": sentence(f"promotion.why.{why}", {}, language),
    }
    outcome = "applied" if explained.applied else "passed"
    return sentence(f"promotion.{audience}.{outcome}", params, language)


def _given(promoted: Promoted) -> dict[str, Explained]:
    """What was applied, by promotion; several applications are told as one."""
    found: dict[str, Explained] = {}
    for discount in promoted.discounts:
        before = found.get(discount.id)
        amount = discount.amount_minor + (before.amount_minor if before else 0)
        times = discount.times + (before.times if before else 0)
        found[discount.id] = Explained(discount.id, True, discount.reason, None, amount, times)
    for id, reason in (
        *((gift.promotion, gift.reason) for gift in promoted.gifts),
        *((boost.promotion, boost.reason) for boost in promoted.boosts),
        *((issued.by, _issued(issued)) for issued in promoted.issued),
    ):
        found.setdefault(id, Explained(id, True, reason, None, 0, 1))
    return found


def _issued(issued: Issued) -> Reason:
    return Reason.of("promotion.issued", count=issued.count, promotion=issued.promotion)


def _order(promotion: Promotion) -> tuple[int, int, str]:
    return phase_of(promotion), promotion.priority, promotion.id


def _documents(programme: Compiled) -> dict[str, Promotion]:
    return {promotion.id: promotion for promotion in programme.document.promotions}
