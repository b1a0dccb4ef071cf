"""What is answered about closed months and the liability, as the API document describes it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from regulars.web.api.manage.office_shapes import ApprovalAnswer
from regulars.web.api.manage.views import View

Month = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]


class FlowAnswer(View):
    """What happened to points, in minor units of their currency."""

    granted: int = Field(description="Issued, less what returns undid")
    revived: int = Field(description="Spent points that came back after their expiry")
    redeemed: int
    expired: int
    adjusted: int
    moved: int = Field(description="Paid debts of other vintages, gifts, merges")
    sold: int = Field(description="Money paid in: gift cards and stored value")


class PointsAnswer(FlowAnswer):
    """The same with what was there at the beginning of the month."""

    opening: int


class RollForwardAnswer(View):
    """What revenue waits for, in minor units of money."""

    opening_minor: int
    granted_minor: int
    redeemed_minor: int = Field(description="Revenue, because points were redeemed")
    reestimated_minor: int = Field(description="Revenue (±), because the expectation changed")
    closing_minor: int


class EntryAnswer(FlowAnswer, RollForwardAnswer):
    """What the month did to one vintage."""

    vintage: Month
    opening_points: int
    closing_points: int


class VintageAnswer(FlowAnswer):
    """How a vintage stands at the end of the month: points to date."""

    vintage: Month
    outstanding: int
    expected: int = Field(description="Redeemed in the end, so far and still to come")
    method: Literal["over", "ladder", "prior", "assumed"] | None
    deferred_minor: int
    revenue_minor: int
    liability_minor: int


class BackTestAnswer(View):
    """What was foretold a month ago to be redeemed in this one, and what was."""

    expected: float
    actual: float
    error: float = Field(description="Standard error of what was expected")
    miss: float | None


class CurrencyLiability(View):
    """A currency that revenue waits for."""

    outstanding: int
    liability_minor: int
    breakage: float | None = Field(description="The share never redeemed, as expected now")
    interval: tuple[float, float] | None = Field(description="95% interval of it")
    prior: float
    tail: float
    back_test: BackTestAnswer | None
    points: PointsAnswer
    roll_forward: RollForwardAnswer
    entries: list[EntryAnswer]
    vintages: list[VintageAnswer]
    triangle: dict[str, list[int]] = Field(
        description="Redeemed, cumulative, by vintage and months of age"
    )
    sensitivity: dict[str, int] = Field(
        description="What would wait if breakage were so many percentage points more"
    )


class PaidInFlow(View):
    """What happened to money paid in, in its minor units."""

    opening_minor: int
    sold_minor: int
    granted_minor: int
    revived_minor: int
    adjusted_minor: int
    moved_minor: int
    redeemed_minor: int
    expired_minor: int
    closing_minor: int


class PaidInVintage(PaidInFlow):
    """Money paid in in one month."""

    vintage: Month


class PaidInLiability(PaidInFlow):
    """Gift cards or stored value: owed at its face."""

    breakage: float | None = Field(description="The share that may never be used; not booked")
    interval: tuple[float, float] | None
    vintages: list[PaidInVintage]


class MoneyUnit(View):
    """The money of the books."""

    currency: str
    scale: int


class ClosedAnswer(View):
    """Under which number the month is closed."""

    number: int
    at: datetime
    until: datetime = Field(description="What was posted from then on counts in a later month")
    hash: str


class AssumedAnswer(View):
    """What was taken for granted."""

    redeemed_share: float
    settled_months: int
    tail_months: int


class LateAnswer(FlowAnswer):
    """What came after the close of an earlier month and counts in this one."""

    currency: str
    month: Month
    transactions: int


class LiabilityAnswer(View):
    """The liability at the end of a month; `closed` null: the figures are those of today."""

    month: Month
    money: MoneyUnit
    closed: ClosedAnswer | None
    assumed: AssumedAnswer
    currencies: dict[str, CurrencyLiability]
    paid_in: dict[str, PaidInLiability]
    without_money: list[str]
    late: list[LateAnswer]
    differences: dict[str, dict[str, int]] = Field(
        description="What a month closed again has more than when it was closed before"
    )


class CloseLineAnswer(View):
    """A month closed, or opened again."""

    number: int
    kind: Literal["closed", "reopened"]
    month: Month
    until: datetime | None
    at: datetime
    by: str
    hash: str
    in_force: bool


class CloseList(View):
    """Every close and every reopening, the newest first."""

    closes: list[CloseLineAnswer]


class CloseAnswer(View):
    """A closed month with everything that was frozen."""

    close: CloseLineAnswer
    is_new: bool = Field(description="It was closed by this request")
    liability: LiabilityAnswer


class LateFlow(FlowAnswer):
    """What came late."""

    transactions: int


class ComparedAnswer(View):
    """A currency as it was frozen and as the books say today."""

    is_same: bool
    frozen: EntryAnswer
    today: EntryAnswer
    late: LateFlow


class ComparisonAnswer(View):
    """A closed month beside what the books say today."""

    month: Month
    currencies: dict[str, ComparedAnswer]


class JournalLine(View):
    """A double entry, dated the last day of the month."""

    currency: str
    why: Literal["granted", "redeemed", "reestimated", "lapsed"]
    vintage: Month
    debit: str
    credit: str
    amount_minor: int


class JournalAnswer(View):
    """The double entries of a closed month."""

    month: Month
    entries: list[JournalLine]


class ReopeningAnswer(View):
    """What waits for a second person's word."""

    approval: ApprovalAnswer
