"""The programme document: one version of a loyalty programme as data, checked as a whole."""

from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.money import Rounding
from regulars.core.programme.crosscheck import Parts, cross_check
from regulars.core.programme.currency import Currency
from regulars.core.programme.gift_cards import GiftCards
from regulars.core.programme.ladder import Ladder
from regulars.core.programme.model import Frozen
from regulars.core.programme.policies import EarningPolicy, ReturnPolicy, TimePolicy
from regulars.core.programme.promotion_checks import Offers
from regulars.core.programme.promotions import (
    PROMOTIONS_MAX,
    Budget,
    Group,
    Promotion,
    PromotionPolicy,
)
from regulars.core.programme.referral import Referral
from regulars.core.programme.rules import RULES_MAX, EarningRule
from regulars.core.programme.texts import MONEY, Code, LocalText

Model = Literal["points", "cashback", "discount_card", "stamps", "tiers", "vip_club", "coalition"]
_ZONES = frozenset(available_timezones())


class Programme(Frozen):
    """The whole document. Whoever holds one may rely on every reference in it being resolved."""

    format: Literal[1] = Field(title="Format of the document")
    code: Code = Field(title="Code")
    title: LocalText = Field(title="Name")
    description: LocalText | None = Field(default=None, title="Description")
    model: tuple[Model, ...] = Field(default=(), title="Models it combines", max_length=7)
    time_zone: str = Field(title="Time zone of the business", max_length=60)
    money: Annotated[str, Field(pattern=MONEY, title="Money, by ISO 4217")]
    money_scale: Annotated[int, Field(ge=0, le=4, title="Decimals of money")] = 2
    language: Literal["ru", "en"] = Field(title="Language where none is asked for")
    rounding: Rounding = Field(default=Rounding.HALF_UP, title="Rounding")
    currencies: Annotated[
        dict[Code, Currency], Field(min_length=1, max_length=20, title="Currencies")
    ]
    earning: Annotated[
        tuple[EarningRule, ...], Field(max_length=RULES_MAX, title="Earning rules")
    ] = ()
    tiers: Ladder | None = Field(default=None, title="Tiers")
    returns: ReturnPolicy = Field(default=ReturnPolicy(), title="Returns")
    timing: TimePolicy = Field(default=TimePolicy(), title="Clocks and late receipts")
    earning_policy: EarningPolicy = Field(default=EarningPolicy(), title="What is earned on")
    promotions: Annotated[
        tuple[Promotion, ...], Field(max_length=PROMOTIONS_MAX, title="Promotions")
    ] = ()
    groups: Annotated[tuple[Group, ...], Field(max_length=100, title="Groups of promotions")] = ()
    budgets: Annotated[tuple[Budget, ...], Field(max_length=100, title="Budgets")] = ()
    promotion_policy: PromotionPolicy = Field(
        default=PromotionPolicy(), title="How promotions are reckoned"
    )
    referral: Referral | None = Field(default=None, title="Members bring friends")
    gift_cards: GiftCards | None = Field(default=None, title="Gift cards")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @field_validator("time_zone")
    @classmethod
    def _zone_is_known(cls, value: str) -> str:
        if value not in _ZONES:
            raise PydanticCustomError("programme.zone_unknown", "no such zone", {"word": value})
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> "Programme":
        parts = Parts(
            self.currencies,
            self.earning,
            self.tiers,
            self.money_scale,
            self.zone,
            referral=self.referral,
            gift_cards=self.gift_cards,
            offers=Offers(self.promotions, self.groups, self.budgets),
        )
        problems = cross_check(parts)
        if problems:
            raise ValidationError.from_exception_data("programme", problems)
        return self


def to_mapping(document: Programme, *, full: bool = False) -> dict[str, Any]:
    """The document as plain values, in the order of its fields; without defaults unless `full`.

    `Programme.model_validate` of it gives an equal document.
    """
    whole: dict[str, Any] = document.model_dump(mode="json")
    if full:
        return whole
    brief: dict[str, Any] = _with_kinds(
        document.model_dump(mode="json", exclude_defaults=True), whole
    )
    return brief


def _with_kinds(brief: Any, whole: Any) -> Any:
    """`brief`, with the `kind` of every part: it is needed to read the part back."""
    if isinstance(brief, dict):
        return {
            key: _with_kinds(brief[key], whole[key]) if key in brief else whole[key]
            for key in whole
            if key in brief or key == "kind"
        }
    if isinstance(brief, list):
        return [_with_kinds(*pair) for pair in zip(brief, whole, strict=True)]
    return brief
