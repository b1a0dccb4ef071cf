"""Why promotions did or did not apply to a quoted receipt, and which were nearly reached."""

from typing import NamedTuple

from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.explain import Explained, explain
from regulars.core.promotions.missed import Missed, missed
from regulars.core.till.quote import Priced


class Seen(NamedTuple):
    """The nearest missed offers, best first; and what became of every promotion, where asked."""

    missed: tuple[Missed, ...] = ()
    explained: tuple[Explained, ...] = ()


def look_around(
    programme: Compiled, priced: Priced, *, member: bool, near: bool, every: bool
) -> Seen:
    """What else there is to tell of the promotions of a receipt: those nearly reached, each and all."""
    promotions, presented = priced.promotions, priced.presented
    if promotions is None:
        return Seen()
    scene, promoted = promotions.scene, promotions.promoted
    offers: tuple[Missed, ...] = ()
    if near:
        offers = missed(programme, scene, presented, promoted, member=member)
    if not every:
        return Seen(offers)
    return Seen(offers, explain(programme, scene, presented, member=member, promoted=promoted))
