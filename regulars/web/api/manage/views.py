"""What answers of the management plane are made of: views with the same members."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict


class View(BaseModel):
    """An answer made of a view of the same members."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class ProblemLine(View):
    """One thing wrong with a document."""

    pointer: str
    code: str
    detail: str


def _id_of(ref: Any) -> Any:
    return getattr(ref, "id", ref)


def _in_order(values: Any) -> Any:
    return sorted(values) if isinstance(values, frozenset) else values


MemberId = Annotated[UUID, BeforeValidator(_id_of)]
Words = Annotated[list[str], BeforeValidator(_in_order)]
