"""All that is kept about a member as one file, for themselves and for the colleague they ask."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse, JsonResponse

from regulars.contexts.members.queries import (
    get_member,
    get_profile,
    list_consents,
    list_identifiers,
)
from regulars.contexts.members.types import EVERYONE, ConsentView, MemberRef
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.till.queries.statements import list_movements

_MOVEMENTS_AT_ONCE = 500


def hand_out_record(ref: MemberRef, *, now: datetime, by: Actor) -> dict[str, Any]:
    """All of it, for the member or for who may see contacts; that it was made stands in the trail.

    Consents are left out for staff who may not read them. Raises PermissionMissing, MemberNotFound.
    """
    view = get_member(ref, within=EVERYONE)
    profile = get_profile(ref, within=EVERYONE, by=by)
    consents: tuple[ConsentView, ...] = ()
    if by.kind == "member" or Permission.CONSENTS_READ in by.permissions:
        consents = list_consents(ref, within=EVERYONE, by=by)
    record_audit("member.export_one", "member", str(ref.id), now=now, by=by)
    return {
        "made_at": now.isoformat(),
        "member": str(ref.id),
        "status": view.status.value,
        "enrolled_at": view.enrolled_at.isoformat(),
        "store": view.store,
        "birthday": view.birthday and view.birthday.isoformat(),
        "language": view.language,
        "tags": sorted(view.tags),
        "attributes": dict(view.attributes),
        "profile": {
            name: getattr(profile, name)
            for name in ("given_name", "family_name", "phone", "email", "gender", "city", "note")
        },
        "identifiers": [
            {"kind": one.kind, "value": one.value, "status": one.status, "since": one.since}
            for one in list_identifiers(ref, within=EVERYONE, by=by)
        ],
        "consents": [
            {
                "purpose": one.purpose,
                "given": one.given,
                "at": one.at,
                "channel": one.channel,
                "text": one.text_version,
            }
            for one in consents
        ],
        "movements": _all_movements(ref),
    }


def as_file(record: dict[str, Any]) -> HttpResponse:
    """The record as a file to be kept; its name tells the membership's number only."""
    response = JsonResponse(record, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="member-{record["member"]}.json"'
    return response


def _all_movements(ref: MemberRef) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before: int | None = None
    while True:
        part = list_movements(ref, before=before, limit=_MOVEMENTS_AT_ONCE)
        found += [
            {
                "at": one.line.occurred_at,
                "kind": one.line.kind,
                "receipt": one.receipt._asdict() if one.receipt else None,
                "moves": {code: move._asdict() for code, move in one.line.moves.items()},
            }
            for one in part
        ]
        if len(part) < _MOVEMENTS_AT_ONCE:
            return found
        before = part[-1].line.seq
