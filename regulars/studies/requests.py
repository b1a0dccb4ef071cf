"""What can be asked of each kind of study; light, so that doors know it without the analytics."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Language = Literal["en", "ru"]


class StudyRequest(BaseModel):
    """What every request for a study has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: Language | None = Field(
        default=None, description="Of its texts; otherwise that of the request"
    )


class BordersOfScores(BaseModel):
    """Fixed borders of RFM scores instead of fifths, each four rising numbers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    recency_days: Annotated[list[int], Field(min_length=4, max_length=4)]
    receipts: Annotated[list[int], Field(min_length=4, max_length=4)]
    money_minor: Annotated[list[int], Field(min_length=4, max_length=4)]


class AnalysisRequest(StudyRequest):
    """An analysis of our own books: figures, segments, cohorts, goods, lifetime value, risk of loss."""

    kind: Literal["analysis"]
    period: Literal["month", "week", "day"] = "month"
    margin: Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)] | None = Field(
        default=None, description='The share of sales that is margin, as text such as "0.35"'
    )
    horizon_days: Annotated[int, Field(ge=7, le=1000)] = 90
    weeks: Annotated[int, Field(ge=1, le=520)] = 52
    discount: Annotated[float, Field(ge=0, le=10)] = 0.1
    model: Literal["best", "bg-nbd", "pareto-nbd"] = "best"
    borders: BordersOfScores | None = None
    write_back: bool = Field(
        default=False, description="Give members their segment, value and risk as attributes"
    )


class ReplayRequest(StudyRequest):
    """What a replay of our own receipts takes for granted, and how much of them it takes."""

    behaviour: Annotated[str, Field(max_length=40)] = Field(
        default="recorded",
        description="How members pay with points: recorded, never, at-once, from:500, share:0.3",
    )
    since: date | None = Field(default=None, description="First day")
    until: date | None = Field(default=None, description="The day after the last one")
    sample: Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)] = Field(
        default=Decimal(1), description="Share of the members"
    )
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 1
    points_cost: Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)] = Field(
        default=Decimal(1), description="What a point's worth costs the business"
    )


class SimulationRequest(ReplayRequest):
    """A comparison of programmes over our own receipts; without any, of the one in force."""

    kind: Literal["simulation"]
    versions: Annotated[list[Annotated[int, Field(ge=1)]], Field(max_length=10)] = Field(
        default=[], description="Versions of the programme by number, compared first"
    )
    documents: Annotated[list[dict[str, Any]], Field(max_length=10)] = Field(
        default=[], description="Programme documents as JSON, compared after the versions"
    )
    response: Annotated[str, Field(max_length=100)] = Field(
        default="none", description="What members buy more: frequency=0.02/0.05/0.08,check=0.01"
    )


class OptimisationRequest(ReplayRequest):
    """A search for programmes under a budget over our own receipts: the efficient frontier."""

    kind: Literal["optimisation"]
    budget: Annotated[str, Field(max_length=40)] = Field(
        default="2%", description="A share of sales, or an amount of money"
    )
    models: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)] = Field(
        default=[], description="Models to search; otherwise all, or with a version around it"
    )
    version: Annotated[int, Field(ge=1)] | None = Field(
        default=None, description="Search around this version of the programme"
    )
    notice: Annotated[str, Field(max_length=10)] | None = Field(
        default=None, description="What members notice, as a share of what they buy: 1%"
    )
    answer: Annotated[str, Field(max_length=60)] | None = Field(
        default=None, description="Sales by reward, as stated: 0.5/1/1.5,most=0.1; needs the margin"
    )
    margin: Annotated[Decimal, Field(gt=0, le=1, decimal_places=6)] | None = None


StudyBody = Annotated[
    AnalysisRequest | SimulationRequest | OptimisationRequest, Field(discriminator="kind")
]
"""A request of any kind; told apart by `kind`."""

REQUESTS: dict[str, type[StudyRequest]] = {
    "analysis": AnalysisRequest,
    "simulation": SimulationRequest,
    "optimisation": OptimisationRequest,
}
_READER: TypeAdapter[StudyBody] = TypeAdapter(StudyBody)


def read_request(stored: object) -> StudyBody:
    """A stored request as its kind reads it."""
    return _READER.validate_python(stored)
