"""Promotions in the document: kind with parameters, what they apply to, when, how often, with what else."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Period
from regulars.core.goods import Goods
from regulars.core.money import Rounding
from regulars.core.programme.markers import CurrencyCode, MoneyFrom, MoneyStep, TierCode, UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.moments import Moment
from regulars.core.programme.rules import Valid
from regulars.core.programme.texts import SORTED, Code, LocalText, Percent
from regulars.core.promotions.catalogue import KINDS
from regulars.core.when.tree import ALWAYS, When

PROMOTIONS_MAX = 5000
PromoCode = Annotated[str, Field(min_length=3, max_length=40, pattern=r"^[0-9A-Za-zА-Яа-яЁё_-]+$")]
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]


class UnitPrice(Frozen):
    """Prices of one unit, both ends included."""

    from_: MoneyFrom | None = Field(default=None, alias="from", title="From")
    to: MoneyFrom | None = Field(default=None, title="To")


class Trigger(Frozen):
    """What switches a promotion on.

    `auto`: nothing more is needed. `code`: one of the words in `codes` is said, case does not matter.
    `coupon`: a coupon of one of its batches is shown. `activated`: the member (or the cashier for
    them) asks for it, so many times. `personal`: it was offered to this member.
    """

    kind: Literal["auto", "code", "coupon", "activated", "personal"] = Field(
        default="auto", title="Switched on by"
    )
    codes: Annotated[frozenset[PromoCode], Field(max_length=1000), SORTED] = Field(
        default=frozenset(), title="Promo codes"
    )

    @model_validator(mode="after")
    def _codes_where_they_belong(self) -> "Trigger":
        if (self.kind == "code") != bool(self.codes):
            raise PydanticCustomError("programme.codes_needed", "codes and only codes")
        return self


class SetPart(Frozen):
    """So many units of these goods."""

    goods: Goods = Field(default=Goods(), title="Goods")
    quantity: Annotated[int, Field(ge=1, le=10_000)] = Field(default=1, title="Units")


class Repeat(Frozen):
    """The promotion counts once for each complete set on the receipt, at most `most` times.

    `same`: pieces of different products do not complete one set together.
    """

    each: Annotated[tuple[SetPart, ...], Field(min_length=1, max_length=20, title="A set")]
    most: Count | None = Field(default=None, title="At most")
    same: bool = Field(default=False, title="Each set of one product only")


class PointsPrice(Frozen):
    """Points that each application costs the member; they are spent with the sale."""

    currency: CurrencyCode = Field(title="Currency")
    points: UnitsStep = Field(title="Points")


class PromotionCaps(Frozen):
    """How far one promotion may go; a limit that is not given does not exist.

    `uses` are receipts it was applied to, `money` is discount given, `units` are pieces discounted.
    Limits per member need a member. `over`: what exceeds a limit of money or units is cut, or the
    promotion is not applied at all; a limit of uses always refuses.
    """

    per: Literal["receipt", "member", "all"] = Field(title="Per receipt, member, or all together")
    period: Period | None = Field(default=None, title="Within each (else for ever)")
    uses: Count | None = Field(default=None, title="Uses")
    money: MoneyStep | None = Field(default=None, title="Discount")
    units: Count | None = Field(default=None, title="Units")
    over: Literal["cut", "refuse"] = Field(default="cut", title="Over the limit")


class Early(Frozen):
    """These tiers see the promotion before `valid.since`, from here on."""

    tiers: Annotated[frozenset[TierCode], Field(min_length=1, max_length=20), SORTED] = Field(
        title="Tiers"
    )
    since: Moment = Field(title="From")


class Promotion(Frozen):
    """One reason for a receipt to get cheaper, or for something to be given with it."""

    id: Code = Field(title="Id")
    title: LocalText = Field(title="Name")
    kind: str = Field(title="Kind", max_length=60)
    params: SerializeAsAny[Frozen] = Field(title="Parameters")
    goods: Goods = Field(default=Goods(), title="Goods")
    unit_price: UnitPrice | None = Field(default=None, title="Only at such a price of a unit")
    not_discounted: bool = Field(default=False, title="Not on what is already discounted")
    when: When = Field(default=ALWAYS, title="Conditions")
    trigger: Trigger = Field(default=Trigger(), title="Switched on")
    level: Literal["line", "order"] | None = Field(
        default=None, title="With the line promotions, or after them (else as its kind)"
    )
    priority: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=100, title="Order, the smaller the earlier"
    )
    valid: Valid | None = Field(default=None, title="In force")
    early: Early | None = Field(default=None, title="Early access")
    repeat: Repeat | None = Field(default=None, title="Once for each complete set")
    price: PointsPrice | None = Field(default=None, title="Price in points")
    times_max: Count | None = Field(default=None, title="Applied at most so many times a receipt")
    caps: Annotated[tuple[PromotionCaps, ...], Field(max_length=10, title="Limits")] = ()
    budget: Code | None = Field(default=None, title="Budget it is paid from")
    group: Code | None = Field(default=None, title="Group of which only the best counts")
    stacks: Literal["all", "listed", "none"] = Field(
        default="all", title="Goes together with all others, with those listed, with none"
    )
    stacks_with: Annotated[frozenset[Code], Field(max_length=1000), SORTED] = Field(
        default=frozenset(), title="Promotions and groups it goes together with"
    )
    enabled: bool = Field(default=True, title="Switched on")

    @field_validator("kind")
    @classmethod
    def _kind_is_known(cls, value: str) -> str:
        if value not in KINDS:
            raise PydanticCustomError(
                "programme.promotion_kind_unknown",
                "no such kind",
                {"word": value, "known": ", ".join(KINDS)},
            )
        return value

    @field_validator("params", mode="plain", json_schema_input_type=dict[str, Any])
    @classmethod
    def _params_of_the_kind(cls, value: object, info: ValidationInfo) -> Frozen:
        code = info.data.get("kind")
        if code is None:  # the kind's own problem is reported already
            return Frozen()
        return KINDS[code].params.model_validate(value)


class Group(Frozen):
    """Promotions of which at most `most` count together.

    `best`: those that give the member most, ties by id. `first`: those that come first in order.
    """

    id: Code = Field(title="Id")
    most: Annotated[int, Field(ge=1, le=100)] = Field(default=1, title="At most together")
    choose: Literal["best", "first"] = Field(default="best", title="Which of them")


class Budget(Frozen):
    """Money that promotions may cost all together; they stop when it is spent.

    What is charged is the discount given, and for points and coupons what they are expected to cost:
    their worth × the share of them that is expected to be used.
    """

    id: Code = Field(title="Id")
    title: LocalText = Field(title="Name")
    money: MoneyStep = Field(title="Amount")
    period: Period | None = Field(default=None, title="Anew in each (else once)")
    redemption: Percent = Field(default=Decimal(100), title="Points and coupons used, %")
    over: Literal["cut", "refuse"] = Field(default="refuse", title="What does not fit the rest")


class PromotionPolicy(Frozen):
    """The choices on which systems differ."""

    percent_of: Literal["left", "initial"] = Field(
        default="left", title="Percentages of what is left to pay, or of the initial amount"
    )
    conditions_on: Literal["left", "initial"] = Field(
        default="left", title="Conditions look at what is left to pay, or at the initial amount"
    )
    rounding: Rounding | None = Field(default=None, title="Rounding of discounts")
    round_per: Literal["receipt", "line", "unit"] = Field(
        default="receipt", title="A percentage is rounded once per receipt, line or unit"
    )
    round_to: MoneyStep | None = Field(default=None, title="Discounts in steps of")
    amounts: Literal["gross", "net"] = Field(
        default="gross", title="Fixed amounts include tax, or come with it"
    )
    minimum_price: Literal["moves", "lost"] = Field(
        default="moves", title="What a minimum price keeps from a line goes to others, or is lost"
    )
    order_percentages: Literal["all", "best"] = Field(
        default="all", title="Percentages of the whole order add up, or the best one counts"
    )
    exclusive: Literal["best", "first"] = Field(
        default="best", title="Of what does not go together: the best for the member, or the first"
    )
    free_goods: Literal["basket", "extra"] = Field(
        default="basket", title="Gifts are goods of the receipt made free, or always extra ones"
    )
    codes_max: Annotated[int, Field(ge=1, le=20)] = Field(default=5, title="Codes per receipt")
