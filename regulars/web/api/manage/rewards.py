"""The catalogue of rewards and its stock."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.rewards.queries.catalogue import get_reward, list_rewards, list_stock_moves
from regulars.contexts.rewards.types import RewardTerms, RewardView
from regulars.contexts.rewards.usecases.catalogue import (
    add_stock,
    change_reward,
    create_reward,
    end_reward,
    launch_reward,
    set_stock,
)
from regulars.contexts.security.types import Permission, Plane
from regulars.core.calendar import Period
from regulars.kit.paging import make_cursor, read_cursor
from regulars.web.api.manage import examples
from regulars.web.api.manage.office_shapes import RewardAnswer, RewardList
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.reward_shapes import StockMoveLine, StockMoveList
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import MINOR_MAX, Closed, Moment, plain

rewards = Operations(Plane.MANAGE, "Rewards")

COUNT_MAX = 10**9
_RewardCode = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
_Count = Annotated[int, Field(ge=0, le=COUNT_MAX)]


class _Texts(Closed):
    en: Annotated[str, plain(2000, least=1)] | None = None
    ru: Annotated[str, plain(2000, least=1)] | None = None

    def by_language(self) -> dict[str, str]:
        return {name: text for name, text in self.model_dump().items() if text is not None}


class RewardTermsBody(Closed):
    """What a reward is and who may have it; what is left out is without limit."""

    title: _Texts
    description: _Texts | None = None
    currency: _RewardCode
    price_minor: Annotated[int, Field(ge=1, le=MINOR_MAX)]
    per_member_limit: Annotated[int, Field(ge=1, le=COUNT_MAX)] | None = None
    tiers: Annotated[tuple[_RewardCode, ...], Field(max_length=20)] = ()
    since: Moment | None = None
    until: Moment | None = None
    kind: Annotated[str, Field(pattern=r"^[a-z][a-z_]{0,39}$")] = "gift"
    params: dict[str, Any] = Field(default_factory=dict, description="Those of the kind")
    money_minor: Annotated[int, Field(ge=0, le=MINOR_MAX)] = Field(
        default=0, description="Money to be paid beside the points"
    )
    limit_period: Literal["day", "week", "month", "quarter", "year"] | None = Field(
        default=None, description="`per_member_limit` counts within each (else for ever)"
    )
    visible: bool = Field(default=True, description="false: had by its code alone")

    def terms(self) -> RewardTerms:
        """As the rewards context takes them."""
        since: datetime | None = self.since
        return RewardTerms(
            title=self.title.by_language(),
            currency=self.currency,
            price_minor=self.price_minor,
            description=self.description.by_language() if self.description else None,
            per_member_limit=self.per_member_limit,
            tiers=self.tiers,
            since=since,
            until=self.until,
            kind=self.kind,
            params=self.params,
            money_minor=self.money_minor,
            limit_period=Period(self.limit_period) if self.limit_period else None,
            visible=self.visible,
        )


class RewardBody(RewardTermsBody):
    """A new reward."""

    code: _RewardCode
    stock: _Count | None = Field(default=None, description="Default: without limit")


class StockBody(Closed):
    """So many are left now, or so many more than there are at this instant."""

    set: _Count | None = Field(default=None, description="null: without limit")
    add: Annotated[int, Field(ge=-COUNT_MAX, le=COUNT_MAX)] = 0

    @model_validator(mode="after")
    def _one_of_them(self) -> "StockBody":
        if len(self.model_fields_set) != 1:
            raise PydanticCustomError("request.nothing_to_change", "one of them")
        return self


class RewardsQuery(PageQuery):
    """Which rewards."""

    status: Literal["draft", "live", "ended"] | None = None


@rewards(
    "GET",
    "/rewards",
    permission=Permission.REWARDS_READ,
    answers=RewardList,
    examples=examples.LIST,
)
def list_catalogue(call: Call, query: RewardsQuery) -> RewardList:
    """Rewards by code."""
    after = read_cursor(query.cursor, str)[0] if query.cursor else ""
    found = list_rewards(status=query.status, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    return RewardList(
        rewards=[_reward(view) for view in shown],
        next=make_cursor(shown[-1].code) if len(found) > len(shown) else None,
    )


@rewards(
    "POST",
    "/rewards",
    name="create_reward",
    permission=Permission.REWARDS_WRITE,
    answers=RewardAnswer,
    status=201,
    effect="stored",
    examples=examples.REWARDS,
)
def create(call: Call, body: RewardBody) -> RewardAnswer:
    """Make a reward as a draft: nobody can have it until it is launched."""
    view = create_reward(body.code, body.terms(), stock=body.stock, now=call.now, by=call.actor)
    return _reward(view)


@rewards(
    "GET",
    "/rewards/{code}",
    name="get_reward",
    permission=Permission.REWARDS_READ,
    answers=RewardAnswer,
    examples=examples.ONE_REWARD,
)
def get_one_reward(call: Call, code: _RewardCode) -> RewardAnswer:
    """One reward."""
    return _reward(get_reward(code))


@rewards(
    "PUT",
    "/rewards/{code}",
    name="change_reward",
    permission=Permission.REWARDS_WRITE,
    answers=RewardAnswer,
    problems=(409,),
)
def change(call: Call, code: _RewardCode, body: RewardTermsBody) -> RewardAnswer:
    """Other terms for a reward that has not ended; what was redeemed keeps its price."""
    return _reward(change_reward(code, body.terms(), now=call.now, by=call.actor))


@rewards(
    "POST",
    "/rewards/{code}/launch",
    name="launch_reward",
    permission=Permission.REWARDS_WRITE,
    answers=RewardAnswer,
    effect="stored",
    examples=examples.LAUNCHES,
)
def launch(call: Call, code: _RewardCode) -> RewardAnswer:
    """Offer a reward from now on, within its window."""
    return _reward(launch_reward(code, now=call.now, by=call.actor))


@rewards(
    "POST",
    "/rewards/{code}/end",
    name="end_reward",
    permission=Permission.REWARDS_WRITE,
    answers=RewardAnswer,
    effect="stored",
)
def end(call: Call, code: _RewardCode) -> RewardAnswer:
    """Offer it no more, for good."""
    return _reward(end_reward(code, now=call.now, by=call.actor))


@rewards(
    "POST",
    "/rewards/{code}/stock",
    name="change_reward_stock",
    permission=Permission.REWARDS_WRITE,
    answers=RewardAnswer,
    effect="stored",
)
def change_stock(call: Call, code: _RewardCode, body: StockBody) -> RewardAnswer:
    """Set what is left of it, or add to it."""
    if "add" in body.model_fields_set:
        return _reward(add_stock(code, body.add, now=call.now, by=call.actor))
    return _reward(set_stock(code, body.set, now=call.now, by=call.actor))


@rewards(
    "GET",
    "/rewards/{code}/stock",
    name="list_reward_stock",
    permission=Permission.REWARDS_READ,
    answers=StockMoveList,
    examples=examples.ONE_REWARD,
)
def list_stock(call: Call, code: _RewardCode) -> StockMoveList:
    """The journal of a reward's stock, the latest hundred lines; its changes sum to what is left."""
    moves = list_stock_moves(code)
    return StockMoveList(moves=[StockMoveLine.model_validate(view) for view in moves])


def _reward(view: RewardView) -> RewardAnswer:
    return RewardAnswer.model_validate(view)
