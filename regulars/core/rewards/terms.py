"""Is this a sound reward? Its terms by themselves, and against the programme in force."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from regulars.core.calendar import Period
from regulars.core.plain_text import line_of_text
from regulars.core.programme.currency import CurrencyKind
from regulars.core.programme.document import Programme
from regulars.core.refusal import Invalid
from regulars.core.rewards.catalogue import REWARD_KINDS, params_of

TITLE_LENGTH_MAX = 200
DESCRIPTION_LENGTH_MAX = 2000
PRICE_MINOR_MAX = 10**12
COUNT_MAX = 10**9
TIERS_MAX = 20
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")
_LANGUAGES = frozenset({"en", "ru"})


class RewardInvalid(Invalid):
    """A part of the terms is out of its bounds; the pointer names it."""

    code = "reward.invalid"


class RewardCurrencyUnknown(Invalid):
    """The programme in force has no such currency."""

    code = "reward.currency_unknown"


class RewardCurrencyNotSpendable(Invalid):
    """Status points only count towards tiers."""

    code = "reward.currency_not_spendable"


class RewardTierUnknown(Invalid):
    """The programme in force has no such tier."""

    code = "reward.tier_unknown"


class Terms(Protocol):
    """What is checked of a reward."""

    @property
    def title(self) -> Mapping[str, str]: ...
    @property
    def description(self) -> Mapping[str, str] | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def price_minor(self) -> int: ...
    @property
    def per_member_limit(self) -> int | None: ...
    @property
    def tiers(self) -> tuple[str, ...]: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def money_minor(self) -> int: ...
    @property
    def limit_period(self) -> Period | None: ...
    @property
    def kind(self) -> str: ...
    @property
    def params(self) -> Mapping[str, Any]: ...


def is_reward_code(code: str) -> bool:
    """Whether a reward could have this code at all."""
    return _CODE.fullmatch(code) is not None


def check_terms(terms: Terms, programme: Programme) -> None:
    """Raises the first thing wrong with `terms` under `programme`, with its pointer.

    Raises RewardInvalid, TextMalformed, RewardCurrencyUnknown, RewardCurrencyNotSpendable,
    RewardTierUnknown, and what the kind of the reward says.
    """
    _check_texts(terms.title, "/title", TITLE_LENGTH_MAX)
    if terms.description is not None:
        _check_texts(terms.description, "/description", DESCRIPTION_LENGTH_MAX)
    _check_bounds(terms.price_minor, 1, PRICE_MINOR_MAX, "/price_minor")
    if terms.per_member_limit is not None:
        _check_bounds(terms.per_member_limit, 1, COUNT_MAX, "/per_member_limit")
    elif terms.limit_period is not None:
        raise RewardInvalid(pointer="/limit_period", field="limit_period")
    _check_bounds(terms.money_minor, 0, PRICE_MINOR_MAX, "/money_minor")
    if terms.since is not None and terms.until is not None and terms.since >= terms.until:
        raise RewardInvalid(pointer="/until", field="until")
    _check_programme(terms, programme)
    params = params_of(terms.kind, terms.params)
    refusal = REWARD_KINDS[terms.kind].check(params, programme)
    if refusal is not None:
        raise refusal


def check_stock(stock: int | None, kind: str) -> int | None:
    """`stock` as it is; None is without limit, which not every kind allows. Raises RewardInvalid."""
    if stock is None:
        if REWARD_KINDS[kind].needs_stock:
            raise RewardInvalid(pointer="/stock", field="stock")
    else:
        _check_bounds(stock, 0, COUNT_MAX, "/stock")
    return stock


def _check_programme(terms: Terms, programme: Programme) -> None:
    currency = programme.currencies.get(terms.currency)
    if currency is None:
        raise RewardCurrencyUnknown(pointer="/currency", currency=terms.currency[:40])
    if currency.kind == CurrencyKind.STATUS:
        raise RewardCurrencyNotSpendable(pointer="/currency", currency=terms.currency)
    if len(terms.tiers) > TIERS_MAX:
        raise RewardInvalid(pointer="/tiers", field="tiers")
    levels = programme.tiers.levels if programme.tiers else ()
    known = {level.code for level in levels}
    for index, tier in enumerate(terms.tiers):
        if tier not in known:
            raise RewardTierUnknown(pointer=f"/tiers/{index}", tier=tier[:40])


def _check_texts(texts: Mapping[str, str], pointer: str, length_max: int) -> None:
    if not texts or not texts.keys() <= _LANGUAGES:
        raise RewardInvalid(pointer=pointer, field=pointer[1:])
    for language, text in texts.items():
        line_of_text(text, length_max=length_max, pointer=f"{pointer}/{language}", needed=True)


def _check_bounds(value: int, least: int, most: int, pointer: str) -> None:
    if not least <= value <= most:
        raise RewardInvalid(pointer=pointer, field=pointer[1:])
