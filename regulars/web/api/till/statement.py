"""The statement of a member: every movement with its reasons."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, ref_of
from regulars.contexts.security.types import Permission, Plane
from regulars.contexts.till.queries.statements import Movement, list_movements
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import Units, tell
from regulars.kit.paging import make_cursor, read_cursor
from regulars.web.api.operation import Operations
from regulars.web.api.serving import Call
from regulars.web.api.till import examples
from regulars.web.api.till.answers import balances_json, units_json
from regulars.web.api.till.shapes import StatementAnswer
from regulars.web.api.values import Closed, QueryInteger, plain

statement = Operations(Plane.TILL, "Members")


class StatementQuery(Closed):
    """Which part of the list."""

    before: Annotated[str, plain(400)] | None = Field(default=None, description="`next` of a page")
    limit: Annotated[QueryInteger, Field(ge=1, le=100)] = 50


@statement(
    "GET",
    "/members/{member_id}/statement",
    name="get_statement_at_till",
    permission=Permission.TILL_STATEMENT,
    answers=StatementAnswer,
    looks_up=True,
    examples=examples.OF_MEMBER,
)
def get_statement(call: Call, member_id: UUID, query: StatementQuery) -> dict[str, Any]:
    """The statement of a member.

    Every movement with its reasons in words and the balances after it, the newest first.
    """
    return statement_json(call, member_id, query)


def statement_json(call: Call, member_id: UUID, query: StatementQuery) -> dict[str, Any]:
    """One page of a statement. Raises MemberNotFound, CursorInvalid."""
    member = get_survivor(ref_of(member_id), within=EVERYONE)
    before = read_cursor(query.before, int)[0] if query.before else None
    movements = list_movements(member.ref, before=before, limit=query.limit + 1)
    shown = movements[: query.limit]
    units = call.runtime.units_at(call.now)
    return {
        "lines": [_movement_json(movement, units, call.language) for movement in shown],
        "next": make_cursor(shown[-1].line.seq) if len(movements) > len(shown) else None,
        "units": None if units is None else units_json(units),
    }


def _movement_json(movement: Movement, units: Units | None, language: str) -> dict[str, Any]:
    line = movement.line
    return {
        "seq": line.seq,
        "kind": line.kind,
        "title": sentence(f"movement.{line.kind}", {}, language),
        "occurred_at": line.occurred_at,
        "posted_at": line.posted_at,
        "programme_version": line.version,
        "moves": balances_json(line.moves),
        "balances": balances_json(line.balances),
        "receipt_id": movement.receipt.number if movement.receipt else None,
        "reasons": [
            {
                "code": reason.code,
                "text": tell(reason.code, dict(reason.params), units, language, currency=currency),
                "currency": currency,
                "amount": amount,
            }
            for reason, currency, amount in movement.causes
        ],
    }
