"""Guessing of codes at the till: wrong ones are counted, and after too many no code is looked at."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from regulars.contexts.rewards.usecases.wrong_codes import (
    CodeSources,
    count_codes_ahead,
    count_wrong_codes,
    forgive_codes,
    suspicion_of_codes,
)
from regulars.core.promotions.result import CodeAnswer
from regulars.core.reasons import Reason
from regulars.kit.transactions import in_transaction
from regulars.web.api.serving import Call

NOT_VALID = "code.not_valid"
PAUSE = "code.pause"

Result = TypeVar("Result")


async def guarded(
    call: Call, codes: tuple[str, ...], *, member: str = ""
) -> tuple[tuple[str, ...], tuple[CodeAnswer, ...]]:
    """The codes that may be looked at, and what is answered to the others: all, or none of them.

    `member` is how the till named the buyer. While one of the sources pauses, good and bad codes are
    answered alike and nothing is looked up; the sale itself goes on. Codes of who is suspected are
    counted as wrong before they are looked at, and forgiven by `note_wrong` where they are right.
    """
    if not codes:
        return codes, ()
    sources = _sources(call, member)
    pause_s, is_suspected = await call.runtime.work(
        partial(suspicion_of_codes, sources, now=call.now)
    )
    if is_suspected and not pause_s:
        pause_s = await _done(call, partial(count_codes_ahead, sources, codes, now=call.now))
        call.runtime.limits.counted_ahead.add(sources)
    if not pause_s:
        return codes, ()
    reason = Reason.of(PAUSE, seconds=pause_s)
    return (), tuple(CodeAnswer(code, "", False, reason) for code in codes)


async def note_wrong(call: Call, answers: Sequence[CodeAnswer], *, member: str = "") -> None:
    """Count those of the answered codes that were not valid; forgive the others where need be."""
    sources = _sources(call, member)
    wrong = [answer.code for answer in answers if answer.reason.code == NOT_VALID]
    if wrong:
        await _done(call, partial(count_wrong_codes, sources, wrong, now=call.now))
    if sources in call.runtime.limits.counted_ahead:
        right = [answer.code for answer in answers if answer.reason.code != NOT_VALID]
        await _done(call, partial(forgive_codes, sources, right, now=call.now))


async def _done(call: Call, work: Callable[[], Result]) -> Result:
    return await call.runtime.work(partial(in_transaction, work))


def _sources(call: Call, member: str) -> CodeSources:
    key = str(call.principal.key_id)
    return CodeSources(key, f"{call.store}/{call.till}", member, call.address)
