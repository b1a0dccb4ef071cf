"""What is asked and answered about coupons on the management plane."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from regulars.contexts.rewards.types import BatchTerms
from regulars.core.rewards.batches import USES_MAX, VALID_DAYS_MAX
from regulars.core.rewards.codes import CODE_LENGTH_MAX
from regulars.core.rewards.patterns import PATTERN_LENGTH_MAX
from regulars.web.api.manage.paging import PageQuery
from regulars.web.api.manage.views import MemberId, View
from regulars.web.api.values import Closed, Moment, plain

GENERATED_AT_ONCE_MAX = 1_000_000
IMPORTED_AT_ONCE_MAX = 10_000
CODES_BYTES_MAX = 4 << 20

BatchCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.:-]{0,59}$")]
PromotionId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
TypedCode = Annotated[str, plain(2 * CODE_LENGTH_MAX, least=1)]
_Cell = Annotated[str, plain(100)]


class CouponBatchTermsBody(Closed):
    """What the coupons of a batch are; what is left out is without limit."""

    title: Annotated[str, plain(200, least=1)]
    promotion: PromotionId = Field(description="One that coupons switch on")
    uses_max: Annotated[int, Field(ge=1, le=USES_MAX)] = Field(default=1, description="A coupon")
    bound: bool = Field(default=False, description="A coupon works once it belongs to a member")
    transferable: bool = Field(
        default=False, description="A coupon that belongs to a member works for others too"
    )
    since: Moment | None = None
    until: Moment | None = None
    valid_days: Annotated[int, Field(ge=1, le=VALID_DAYS_MAX)] | None = Field(
        default=None, description="Days after its issue, the last one whole"
    )

    def terms(self) -> BatchTerms:
        """As the rewards context takes them."""
        return BatchTerms(
            **{name: getattr(self, name) for name in CouponBatchTermsBody.model_fields}
        )


class CouponBatchBody(CouponBatchTermsBody):
    """A new batch."""

    code: PromotionId
    pattern: Annotated[str, plain(PATTERN_LENGTH_MAX, least=1)] | None = Field(
        default=None,
        description="`?` letter or digit, `#` digit, `*` check character; without: codes are imported",
    )


class GenerateCouponsBody(Closed):
    """How many more."""

    count: Annotated[int, Field(ge=1, le=GENERATED_AT_ONCE_MAX)]


class ImportedCodeLine(Closed):
    """A code made elsewhere; days are those of the programme, `until` is the last one."""

    code: _Cell
    uses: Annotated[int, Field(ge=1, le=USES_MAX)] | None = None
    since: _Cell = ""
    until: _Cell = ""
    card: _Cell = Field(default="", description="Whose it is: the member's card")
    external: _Cell = Field(default="", description="Whose it is: the member's outside number")

    def cells(self) -> dict[str, str]:
        """As a row of a file."""
        told = {
            name: getattr(self, name) for name in ("code", "since", "until", "card", "external")
        }
        return {**told, "uses": "" if self.uses is None else str(self.uses)}


class ImportCodesBody(Closed):
    """Codes made elsewhere."""

    codes: Annotated[
        tuple[ImportedCodeLine, ...], Field(min_length=1, max_length=IMPORTED_AT_ONCE_MAX)
    ]


class IssueCouponBody(Closed):
    """From which batch."""

    batch: BatchCode


class CouponCodeBody(Closed):
    """A code as it was typed; codes are never part of an address."""

    code: TypedCode


class BatchesQuery(PageQuery):
    """Which batches."""

    promotion: PromotionId | None = None


class CouponBatchTermsAnswer(View):
    """What the coupons of a batch are."""

    title: str
    promotion: str
    uses_max: int
    bound: bool
    transferable: bool
    since: datetime | None
    until: datetime | None
    valid_days: int | None


class CouponBatchAnswer(View):
    """A batch; `made` counts its coupons (those issued by sales and rewards are not counted)."""

    code: str
    terms: CouponBatchTermsAnswer
    kind: Literal["made", "imported", "issued"]
    pattern: str | None
    made: int
    status: Literal["open", "revoked"]
    created_at: datetime
    created_by: str
    changed_at: datetime


class CouponBatchList(View):
    """Batches by code."""

    batches: list[CouponBatchAnswer]
    next: str | None


class CouponBatchFiguresAnswer(View):
    """What has become of the coupons of a batch."""

    coupons: int
    issued: int
    used: int
    uses: int
    revoked: int


class CouponAnswer(View):
    """A coupon as it stands now; `reserved` are the ends of what quotes hold of it."""

    code: str
    batch: str
    promotion: str
    status: Literal[
        "waiting", "not_yet", "ready", "reserved", "used", "expired", "revoked", "batch_revoked"
    ]
    uses_max: int
    uses: int
    reserved: list[datetime]
    owner: MemberId | None
    since: datetime | None
    until: datetime | None
    issued_at: datetime | None


class CouponList(View):
    """Coupons of a batch by code, or of a member, the newest first."""

    coupons: list[CouponAnswer]
    next: str | None


class CouponMomentLine(View):
    """One thing that happened to a coupon; `source` is the sale, return, quote or order."""

    at: datetime
    what: Literal["issued", "reserved", "released", "used", "given_back", "revoked"]
    source: UUID
    member: MemberId | None
    by: str


class CouponLifeAnswer(View):
    """A coupon with everything that happened to it, the oldest first."""

    coupon: CouponAnswer
    moments: list[CouponMomentLine]


class CodeProblem(View):
    """A code that was not taken: its place in the request, from 0, and why."""

    index: int
    code: str
    detail: str
    pointer: str


class CodesImportedAnswer(View):
    """What became of the codes; `found` were in the batch already."""

    added: int
    found: int
    rejected: list[CodeProblem]
