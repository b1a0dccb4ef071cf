"""What the promotions of a programme version do to a receipt, and why."""

from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.answers import answer_codes
from regulars.core.promotions.choose import best
from regulars.core.promotions.result import Presented, Promoted
from regulars.core.promotions.turn import Turn
from regulars.core.scene import Scene

UNTOUCHED = Promoted()


def promote(programme: Compiled, scene: Scene, presented: Presented, *, member: bool) -> Promoted:
    """Every promotion that applies to the receipt, in the order line, order, code; then priority, id.

    Amounts start at `scene.paid`. The result does not depend on the order of lines, or of promotions
    in the document; no line falls below its minimum price. Of promotions that do not go together
    those count that give most (see `choose`), or the first, by the programme's setting. Limits cut or
    refuse; `member` says whether the buyer's counters are known. Nothing is written anywhere.
    """
    promotions = programme.promotions
    heard = presented
    if presented.codes:
        most = programme.document.promotion_policy.codes_max
        heard = presented._replace(codes=presented.codes[:most])
    if not promotions.promotions:
        codes = answer_codes(programme, scene, presented, heard, UNTOUCHED, frozenset())
        return Promoted(codes=codes) if codes else UNTOUCHED
    plan = promotions.index.plan(scene, heard)
    if plan.contested:
        turn = best(programme, scene, heard, plan, member)
    else:
        turn = Turn(programme, scene, heard, plan, member)
        turn.run()
    promoted = turn.result()
    if not presented.codes:
        return promoted
    codes = answer_codes(programme, scene, presented, heard, promoted, turn.codes)
    return promoted._replace(codes=codes)
