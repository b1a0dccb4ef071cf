"""Closed months and the liability over the API: closed, listed, compared, opened again by two."""

from fractions import Fraction
from typing import Annotated, Any

from pydantic import Field

from regulars.contexts.economics.queries.closes import (
    compare_close,
    get_close,
    last_policy,
    list_closes,
    read_statement,
    statement_of,
)
from regulars.contexts.economics.types import CloseLine, CloseView, Compared
from regulars.contexts.economics.usecases.closes import close_period, request_reopening
from regulars.contexts.security.types import Permission, Plane
from regulars.core.economics.closing import Policy
from regulars.core.economics.statement import month_name
from regulars.core.economics.subledger import Entry
from regulars.web.api.manage.close_shapes import (
    CloseAnswer,
    CloseLineAnswer,
    CloseList,
    ComparedAnswer,
    ComparisonAnswer,
    JournalAnswer,
    LateFlow,
    LiabilityAnswer,
    Month,
    ReopeningAnswer,
)
from regulars.web.api.manage.office_shapes import ApprovalAnswer
from regulars.web.api.operation import Example, Operations
from regulars.web.api.serving import Call
from regulars.web.api.values import Closed, plain

closes = Operations(Plane.MANAGE, "Closes")

_Account = Annotated[str, plain(40, least=1)]
_LONG_AGO = {"month": "2001-05"}


class CloseBody(Closed):
    """Which month, and what is taken for granted; what is left out is as in the last close."""

    month: Month
    redeemed_share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Of points, where no own past tells it"
    )
    settled_months: Annotated[int, Field(ge=1, le=120)] | None = Field(
        default=None, description="A vintage of that age is old enough to tell"
    )
    tail_months: Annotated[int, Field(ge=0, le=120)] | None = Field(
        default=None, description="For how long redemptions go on beyond the oldest vintage"
    )
    revenue_account: _Account | None = None
    liability_account: _Account | None = None


class ReopenBody(Closed):
    """Why."""

    reason: Annotated[str, plain(500, least=1)]


class LiabilityQuery(Closed):
    """Which month's end."""

    month: Month | None = Field(default=None, description="Default: the last that is over")


@closes(
    "POST",
    "/closes",
    name="close_month",
    permission=Permission.PERIODS_CLOSE,
    answers=CloseAnswer,
    status=201,
    effect="stored",
    examples=[
        Example("A month before there was anything", body=_LONG_AGO, status=409),
        Example("No month", body={"month": "2026-13"}, status=422),
    ],
)
def close(call: Call, body: CloseBody) -> CloseAnswer:
    """Close a month.

    Points and money by vintage, estimate, back-test and journal are frozen; what comes later counts
    in the next open month. Months are closed one after the other, when they are over and what the
    clock made due is posted. Closing a closed month with the same assumptions changes nothing.
    """
    month, policy = month_number(body.month), _policy(body)
    return _answer(close_period(month, policy=policy, now=call.now, by=call.actor))


@closes(
    "GET",
    "/closes",
    name="list_closes",
    permission=Permission.REPORTS_READ,
    answers=CloseList,
    examples=[Example("All of them", status=200)],
)
def list_all(call: Call) -> CloseList:
    """Every close and every reopening, the newest first."""
    return CloseList(closes=[_line(one) for one in list_closes(by=call.actor)])


@closes(
    "GET",
    "/closes/{month}",
    name="get_close",
    permission=Permission.REPORTS_READ,
    answers=CloseAnswer,
    examples=[Example("One that is not closed", path=_LONG_AGO, status=404)],
)
def get_one(call: Call, month: Month) -> CloseAnswer:
    """A closed month with everything that was frozen."""
    return _answer(get_close(month_number(month), by=call.actor))


@closes(
    "GET",
    "/closes/{month}/comparison",
    name="compare_close",
    permission=Permission.REPORTS_READ,
    answers=ComparisonAnswer,
    examples=[Example("One that is not closed", path=_LONG_AGO, status=404)],
)
def compare(call: Call, month: Month) -> ComparisonAnswer:
    """A closed month beside what the books say today: what came late since."""
    found = compare_close(month_number(month), by=call.actor)
    return ComparisonAnswer(
        month=month, currencies={code: _compared(one) for code, one in found.items()}
    )


@closes(
    "GET",
    "/closes/{month}/journal",
    name="get_close_journal",
    permission=Permission.REPORTS_READ,
    answers=JournalAnswer,
    examples=[Example("One that is not closed", path=_LONG_AGO, status=404)],
)
def journal(call: Call, month: Month) -> JournalAnswer:
    """The double entries of a closed month, dated its last day."""
    statement = statement_of(get_close(month_number(month), by=call.actor))
    entries = [
        {**entry._asdict(), "currency": one.code, "vintage": month_name(entry.vintage)}
        for one, some in statement.journal()
        for entry in some
    ]
    return JournalAnswer.model_validate({"month": month, "entries": entries})


@closes(
    "POST",
    "/closes/{month}/reopening",
    name="request_reopening",
    permission=Permission.PERIODS_CLOSE,
    answers=ReopeningAnswer,
    status=202,
    effect="stored",
    examples=[
        Example("One that is not closed", path=_LONG_AGO, body={"reason": "an invoice"}, status=404)
    ],
)
def reopen(call: Call, month: Month, body: ReopenBody) -> ReopeningAnswer:
    """Ask a second person to open the last closed month again.

    It stays closed until somebody else approves (`decide_approval`).
    """
    asked = request_reopening(month_number(month), body.reason, now=call.now, by=call.actor)
    return ReopeningAnswer(approval=ApprovalAnswer.model_validate(asked))


@closes(
    "GET",
    "/liability",
    name="get_liability",
    permission=Permission.REPORTS_READ,
    answers=LiabilityAnswer,
    examples=[
        Example("The last month that is over", status=200),
        Example("A month to come", query={"month": "2099-01"}, status=422),
    ],
)
def liability(call: Call, query: LiabilityQuery) -> LiabilityAnswer:
    """What points are owed at the end of a month, and what revenue waits for them.

    A closed month is as it was frozen; an open one is reckoned from what is posted by now.
    """
    month = None if query.month is None else month_number(query.month)
    statement = read_statement(month, now=call.now, by=call.actor)
    return LiabilityAnswer.model_validate(statement.as_json())


def month_number(text: str) -> int:
    """The number of a month written like 2026-10."""
    return int(text[:4]) * 12 + int(text[5:]) - 1


def _policy(body: CloseBody) -> Policy | None:
    told = body.model_dump(exclude={"month"}, exclude_none=True)
    if not told:
        return None
    assumed, accounts = last_policy() or Policy()
    for name in ("settled_months", "tail_months"):
        if name in told:
            assumed = assumed._replace(**{name: told[name]})
    if body.redeemed_share is not None:
        assumed = assumed._replace(redeemed_share=Fraction(str(body.redeemed_share)))
    if body.revenue_account is not None:
        accounts = accounts._replace(revenue=body.revenue_account)
    if body.liability_account is not None:
        accounts = accounts._replace(liability=body.liability_account)
    return Policy(assumed, accounts)


def _answer(view: CloseView) -> CloseAnswer:
    return CloseAnswer(
        close=_line(view.line),
        is_new=view.is_new,
        liability=LiabilityAnswer.model_validate(statement_of(view).as_json()),
    )


def _line(one: CloseLine) -> CloseLineAnswer:
    return CloseLineAnswer(
        number=one.number,
        kind="closed" if one.kind == "closed" else "reopened",
        month=month_name(one.month),
        until=one.until,
        at=one.at,
        by=one.by,
        hash=one.hash,
        in_force=one.in_force,
    )


def _compared(one: Compared) -> ComparedAnswer:
    late = LateFlow(transactions=one.late.transactions, **one.late.flow._asdict())
    return ComparedAnswer.model_validate(
        {
            "is_same": one.is_same,
            "frozen": _entry(one.frozen),
            "today": _entry(one.today),
            "late": late,
        }
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "vintage": month_name(entry.vintage),
        "opening_points": entry.opening_points,
        **entry.flow._asdict(),
        "closing_points": entry.closing_points,
        **entry.money._asdict(),
    }
