"""Earning rules in the document: a mechanic with its parameters, goods, conditions and limits."""

from typing import Annotated, Any

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.goods import Goods
from regulars.core.programme.caps import Caps
from regulars.core.programme.markers import CurrencyCode
from regulars.core.programme.model import Frozen
from regulars.core.programme.moments import Moment
from regulars.core.programme.texts import Code, LocalText
from regulars.core.when.tree import ALWAYS, When

RULES_MAX = 5000


class Valid(Frozen):
    """When the rule is in force: from `since` on, up to but not including `until`."""

    since: Moment | None = Field(default=None, title="From")
    until: Moment | None = Field(default=None, title="Until, not included")

    @model_validator(mode="after")
    def _one_is_given(self) -> "Valid":
        if self.since is None and self.until is None:
            raise PydanticCustomError("programme.since_or_until", "one is needed")
        return self


class EarningRule(Frozen):
    """One way to earn one currency."""

    id: Code = Field(title="Id")
    title: LocalText = Field(title="Name")
    mechanic: str = Field(title="Mechanic", max_length=60)
    params: SerializeAsAny[Frozen] = Field(title="Parameters")
    currency: CurrencyCode = Field(title="Currency")
    goods: Goods = Field(default=Goods(), title="Goods")
    when: When = Field(default=ALWAYS, title="Conditions")
    priority: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=100, title="Order, the smaller the earlier"
    )
    valid: Valid | None = Field(default=None, title="In force")
    caps: Caps | None = Field(default=None, title="Limits")
    exclusive: Code | None = Field(default=None, title="Group of which only the best counts")
    final: bool = Field(default=False, title="Rules after this one do not count")
    enabled: bool = Field(default=True, title="Switched on")

    @field_validator("mechanic")
    @classmethod
    def _mechanic_is_known(cls, value: str) -> str:
        if value not in MECHANICS:
            raise PydanticCustomError(
                "programme.mechanic_unknown",
                "no such mechanic",
                {"word": value, "known": ", ".join(MECHANICS)},
            )
        return value

    @field_validator("params", mode="plain", json_schema_input_type=dict[str, Any])
    @classmethod
    def _params_of_the_mechanic(cls, value: object, info: ValidationInfo) -> Frozen:
        code = info.data.get("mechanic")
        if code is None:  # the mechanic's own problem is reported already
            return Frozen()
        return MECHANICS[code].params.model_validate(value)
