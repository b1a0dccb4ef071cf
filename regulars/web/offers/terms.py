"""A reward's terms as a form: fields by the model, the kind's own by its parameters."""

from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, ValidationError

from regulars.contexts.rewards.types import RewardTerms
from regulars.core.calendar import Period
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.markers import CurrencyCode, MoneyFrom, TierCode, UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.moments import Moment
from regulars.core.programme.problems import Problem, problems_of
from regulars.core.programme.texts import SORTED, LocalText, plain, to_minor
from regulars.core.rewards.catalogue import REWARD_KINDS
from regulars.web.editor.controls import Around, Control, Option, controls_of
from regulars.web.editor.reading import Posted, read_model


class Terms(Frozen):
    """What is asked for of every reward, in whole units as people write them."""

    title: LocalText = Field(title="Name")
    description: LocalText | None = Field(default=None, title="Description")
    currency: CurrencyCode = Field(title="Currency")
    points: UnitsStep = Field(title="Price in points")
    money_beside: MoneyFrom = Field(default=Decimal(0), title="Money to be paid beside it")
    per_member: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, title="Per member at most"
    )
    limit_period: Period | None = Field(default=None, title="Within each (else for ever)")
    tiers: Annotated[frozenset[TierCode], SORTED] = Field(
        default=frozenset(), title="Only for these tiers (else for all)"
    )
    since: Moment | None = Field(default=None, title="From")
    until: Moment | None = Field(default=None, title="Until, not included")
    visible: bool = Field(default=True, title="Shown in the catalogue")


def read_terms(posted: Posted) -> dict[str, Any]:
    """What was typed, as plain values; with the kind and its parameters."""
    found = read_model(Terms, posted, "")
    kind = posted.get("kind", [""])[-1]
    found["kind"] = kind if kind in REWARD_KINDS else "gift"
    found["params"] = read_model(REWARD_KINDS[found["kind"]].params, posted, "params.")
    return found


def plain_terms(terms: RewardTerms, programme: Programme) -> dict[str, Any]:
    """A reward's terms as the form shows them."""
    currency = programme.currencies.get(terms.currency)
    price = Decimal(terms.price_minor).scaleb(-(currency.scale if currency else 0))
    found: dict[str, Any] = {
        "title": dict(terms.title),
        "description": dict(terms.description) if terms.description else None,
        "currency": terms.currency,
        "points": plain(price),
        "money_beside": plain(Decimal(terms.money_minor).scaleb(-programme.money_scale)),
        "per_member": terms.per_member_limit,
        "limit_period": terms.limit_period and str(terms.limit_period),
        "tiers": list(terms.tiers),
        "since": terms.since and terms.since.astimezone(programme.zone).isoformat(),
        "until": terms.until and terms.until.astimezone(programme.zone).isoformat(),
        "visible": terms.visible,
        "kind": terms.kind,
        "params": dict(terms.params),
    }
    return {key: value for key, value in found.items() if value is not None}


def checked_terms(
    found: Mapping[str, Any], programme: Programme
) -> tuple[RewardTerms | None, tuple[Problem, ...]]:
    """The terms, or what is wrong with them and where."""
    own = {key: value for key, value in found.items() if key not in ("kind", "params")}
    problems: list[Problem] = []
    told = None
    try:
        told = Terms.model_validate(own)
    except ValidationError as error:
        problems += problems_of(error, own)
    try:
        params = REWARD_KINDS[found["kind"]].params.model_validate(found["params"])
    except ValidationError as error:
        inner = problems_of(error, found["params"])
        problems += [each._replace(pointer=f"/params{each.pointer}") for each in inner]
    if problems or told is None:
        return None, tuple(problems)
    currency = programme.currencies.get(told.currency)
    try:
        price = to_minor(told.points, currency.scale if currency else 0)
        money = to_minor(told.money_beside, programme.money_scale)
    except ValueError:
        return None, (Problem("/points", "programme.too_many_decimals_at_all", (("limit", 2),)),)
    terms = RewardTerms(
        told.title, told.currency, price, told.description, told.per_member,
        tuple(sorted(told.tiers)), _moment(told.since, programme), _moment(told.until, programme),
        found["kind"], params.model_dump(mode="json", exclude_defaults=True), money,
        told.limit_period, told.visible,
    )  # fmt: skip
    return terms, ()


def controls_for(found: Mapping[str, Any], programme: Programme, language: str) -> list[Control]:
    """The form's controls, filled."""
    around = Around(to_mapping(programme), language)
    kind = REWARD_KINDS[found["kind"]]
    choice = Control("kind", "kind", "/kind", "")
    choice.options = [
        Option(each.code, each.title[language], each.code == kind.code)
        for each in REWARD_KINDS.values()
    ]
    common = controls_of(Terms, found, around)
    inner = controls_of(
        kind.params, found.get("params") or {}, around, prefix="params.", pointer="/params"
    )
    return [*common[:2], choice, *inner, *common[2:]]


def _moment(value: Any, programme: Programme) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.combine(value, time(), tzinfo=programme.zone)
