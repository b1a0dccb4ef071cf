"""Guessing of gift cards at the till: every card presented counts as a wrong one until it proves right."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from regulars.contexts.rewards.usecases.gift_cards import count_card_guesses, forgive_card_guesses
from regulars.core.refusal import Refused
from regulars.core.rewards.gift_card import CardNotValid
from regulars.core.till.tenders import CardUse
from regulars.kit.transactions import in_transaction
from regulars.web.api.serving import Call

Answer = TypeVar("Answer")


async def with_cards(
    call: Call, cards: Sequence[CardUse], ask: Callable[[], Awaitable[Answer]]
) -> Answer:
    """What `ask` answers, its cards counted before it is asked and forgiven when they were right.

    So guesses at the same instant, at whatever tills, do not outrun the count. Raises TooManyGuesses,
    and then nothing is asked; and what `ask` raises.
    """
    if not cards:
        return await ask()
    await count_cards(call, cards)
    try:
        answer = await ask()
    except CardNotValid:
        raise
    except Refused:
        # Whether the cards were right nobody knows: their count is as before, no better.
        await forgive_cards(call, cards, wholly=False)
        raise
    # What was answered before was not asked for the PIN again.
    await forgive_cards(call, cards, wholly=not getattr(answer, "replayed", False))
    return answer


async def count_cards(call: Call, cards: Sequence[CardUse]) -> None:
    """Count one guess for each card. Raises TooManyGuesses."""
    count = partial(count_card_guesses, _numbers(cards), source=source_of(call), now=call.now)
    await call.runtime.work(partial(in_transaction, count))


async def forgive_cards(call: Call, cards: Sequence[CardUse], *, wholly: bool) -> None:
    """Take the guesses back; `wholly` those before them, too."""
    if not cards:
        return
    forgive = partial(
        forgive_card_guesses, _numbers(cards), source=source_of(call), wholly=wholly, now=call.now
    )
    await call.runtime.work(partial(in_transaction, forgive))


def source_of(call: Call) -> str:
    """Whose guesses are counted together: the key's."""
    return str(call.principal.key_id)


def _numbers(cards: Sequence[CardUse]) -> list[str]:
    return [card.number for card in cards]
