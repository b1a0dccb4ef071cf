"""What can be asked of each kind of study; light, so that doors know it without the analytics."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Language = Literal["en", "ru"]
REJECTS = "rejects.csv"  # what an import calls the file of rows that it did not take


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


class FileMapping(BaseModel):
    """What the columns of a file of receipts hold, and how they are written; nothing else is guessed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: dict[str, list[str]]
    cancels: str = ""
    store: str = "import"
    till: str = "import"
    sku: str = "goods"
    identifier: Literal["external", "card", "phone", "email"] = "external"
    time_zone: str | None = None
    decimal: Literal[".", ","] | None = None
    date: str | None = None
    time: str | None = None


class ImportRequest(StudyRequest):
    """An import of past receipts from a file that was uploaded; asked for in the console only."""

    kind: Literal["import"]
    upload: UUID
    name: Annotated[str, Field(max_length=200)]
    bytes: Annotated[int, Field(ge=0)]
    staff: UUID
    mapping: FileMapping
    enrol: bool = False
    dry_run: bool = True
    checked: UUID | None = None  # the trial run that showed what would come of it


StudyBody = Annotated[
    AnalysisRequest | SimulationRequest | OptimisationRequest, Field(discriminator="kind")
]
"""A request of any kind that programs may ask for; told apart by `kind`."""

REQUESTS: dict[str, type[StudyRequest]] = {
    "analysis": AnalysisRequest,
    "simulation": SimulationRequest,
    "optimisation": OptimisationRequest,
    "import": ImportRequest,
}
_READER: TypeAdapter[StudyBody | ImportRequest] = TypeAdapter(
    Annotated[StudyBody | ImportRequest, Field(discriminator="kind")]
)


def read_request(stored: object) -> StudyBody | ImportRequest:
    """A stored request as its kind reads it."""
    return _READER.validate_python(stored)
