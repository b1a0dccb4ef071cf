"""Members from a file and into a file: rows of text, each told why it was not taken."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from regulars.contexts.members.checking import MemberDataInvalid, is_code
from regulars.contexts.members.mapping import PROFILE_FIELDS
from regulars.contexts.members.models import ConsentRow, IdentifierRow, Member, ProfileRow
from regulars.contexts.members.types import (
    AttributeValue,
    ConsentGiven,
    Enrolment,
    Identifier,
    IdentifierKind,
    ImportOutcome,
    Profile,
    Reject,
)
from regulars.contexts.members.usecases.enrolment import enrol_many
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.consent import Consent, fold
from regulars.core.refusal import Refused
from regulars.kit.csv_safety import guard_cell, unguard_cell

IDENTIFIER_COLUMNS = ("card", "phone", "email", "external")
COLUMNS = (
    *IDENTIFIER_COLUMNS,
    "given_name",
    "family_name",
    "birthday",
    "gender",
    "city",
    "note",
    "language",
    "store",
    "tags",
    "enrolled_at",
    "is_staff",
)
EXPORT_COLUMNS = ("id", "status", *COLUMNS, "consents", "attributes")
CONSENT_PREFIX = "consent."
ATTRIBUTE_PREFIX = "attribute."
SEPARATOR = ";"

_YES = frozenset({"1", "yes", "y", "true", "да", "д", "x", "+"})
_NO = frozenset({"", "0", "no", "n", "false", "нет", "н", "-"})
_GENDERS = {
    "": "",
    "f": "female",
    "female": "female",
    "ж": "female",
    "жен": "female",
    "женский": "female",
    "m": "male",
    "male": "male",
    "м": "male",
    "муж": "male",
    "мужской": "male",
    "other": "other",
    "другой": "other",
}
_DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y")
_EXPORTED_AT_ONCE = 1000


def import_members(
    rows: Sequence[tuple[int, Mapping[str, str]]],
    *,
    region: str = "RU",
    language: str = "ru",
    now: datetime,
    by: Actor,
) -> ImportOutcome:
    """Enrol a batch of rows (line number, column → text); what became of each.

    Columns are `COLUMNS`, `consent.<purpose>` and `attribute.<name>`; others are left alone. A row
    whose identifiers somebody has already is counted as found and changes nothing, so the same file
    again adds nobody. A row that makes no sense is rejected and keeps no other out. Raises
    PermissionMissing.
    """
    require(by, Permission.MEMBERS_IMPORT)
    rejects: list[Reject] = []
    read: list[tuple[int, Enrolment]] = []
    for line, cells in rows:
        try:
            read.append((line, _enrolment(cells, language)))
        except Refused as refusal:
            rejects.append(_reject(line, refusal))
    outcomes = enrol_many(
        [enrolment for _, enrolment in read], on_existing="return", region=region, now=now, by=by
    )
    created = found = 0
    for (line, _), outcome in zip(read, outcomes, strict=True):
        if isinstance(outcome, Refused):
            rejects.append(_reject(line, outcome))
        elif outcome.is_new:
            created += 1
        else:
            found += 1
    return ImportOutcome(created, found, tuple(sorted(rejects, key=lambda reject: reject.line)))


def export_members(
    *, with_erased: bool = False, now: datetime, by: Actor
) -> Iterator[dict[str, str]]:
    """Every member as a row of `EXPORT_COLUMNS`, by id, in bounded memory.

    No cell runs as a formula. Several identifiers, tags or attributes stand in one cell, separated
    by `;`. `import_members` reads the rows back. Merged members are left out, erased ones unless
    asked for. Raises PermissionMissing before the first row.
    """
    require(by, Permission.MEMBERS_EXPORT)
    require(by, Permission.MEMBERS_CONTACTS)
    record_audit("member.export", "members", "", {"with_erased": with_erased}, now=now, by=by)
    return _exported(with_erased)


def _exported(with_erased: bool) -> Iterator[dict[str, str]]:
    statuses = ["active", "blocked", *(["erased"] if with_erased else [])]
    after: tuple[int, Any] | None = None
    while True:
        rows = Member.objects.filter(status__in=statuses).order_by("bucket", "id")
        if after is not None:
            rows = rows.filter(pk__gt=after)
        batch = list(rows[:_EXPORTED_AT_ONCE])
        yield from _export_batch(batch)
        if len(batch) < _EXPORTED_AT_ONCE:
            return
        after = (batch[-1].bucket, batch[-1].id)


def _export_batch(batch: Sequence[Member]) -> Iterator[dict[str, str]]:
    ids = [row.id for row in batch]
    buckets = {row.bucket for row in batch}
    profiles = {
        row.member_id: row
        for row in ProfileRow.objects.filter(bucket__in=buckets, member_id__in=ids)
    }
    claims: dict[Any, dict[str, list[str]]] = {}
    held = IdentifierRow.objects.filter(bucket__in=buckets, member_id__in=ids, status="active")
    for claim in held.order_by("since", "value"):
        claims.setdefault(claim.member_id, {}).setdefault(claim.kind, []).append(claim.value)
    consents: dict[Any, list[Consent]] = {}
    for row in ConsentRow.objects.filter(bucket__in=buckets, member_id__in=ids):
        consents.setdefault(row.member_id, []).append(Consent(row.purpose, row.given, row.at))
    for member in batch:
        cells = _cells(member, profiles.get(member.id), claims.get(member.id, {}))
        state = fold(consents.get(member.id, ()))
        cells["consents"] = SEPARATOR.join(sorted(p for p, c in state.items() if c.given))
        yield {name: guard_cell(cells[name]) for name in EXPORT_COLUMNS}


def _cells(
    member: Member, profile: ProfileRow | None, claims: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    texts = {name: getattr(profile, name) if profile else "" for name in PROFILE_FIELDS}
    attributes = (f"{name}={value}" for name, value in sorted(member.attributes.items()))
    return texts | {
        "id": str(member.id),
        "status": member.status,
        **{kind: SEPARATOR.join(claims.get(kind, ())) for kind in IDENTIFIER_COLUMNS},
        "birthday": member.birthday.isoformat() if member.birthday else "",
        "language": member.language,
        "store": member.store_enrolled or "",
        "tags": SEPARATOR.join(member.tags),
        "enrolled_at": member.enrolled_at.astimezone(UTC).isoformat(),
        "is_staff": "yes" if member.is_staff else "",
        "attributes": SEPARATOR.join(attributes),
    }


def _enrolment(told: Mapping[str, str], language: str) -> Enrolment:
    cells = {name: unguard_cell(text).strip() for name, text in told.items()}
    if cells.get("status", "active") not in ("", "active"):
        # Taken as active, a blocked member would be open again without anybody's word.
        raise MemberDataInvalid("member.status_not_imported", pointer="/status")
    return Enrolment(
        identifiers=tuple(
            Identifier(IdentifierKind(kind), value)
            for kind in IDENTIFIER_COLUMNS
            for value in _parts(cells.get(kind, ""))
        ),
        profile=_profile(cells),
        birthday=_date(cells.get("birthday", ""), "birthday"),
        consents=_consents(cells),
        tags=frozenset(_parts(cells.get("tags", ""))),
        attributes=_attributes(cells),
        language=cells.get("language") or language,  # type: ignore[arg-type]
        store=cells.get("store") or None,
        is_staff=_flag(cells.get("is_staff", ""), "is_staff"),
        enrolled_at=_moment(cells.get("enrolled_at", "")),
    )


def _profile(cells: Mapping[str, str]) -> Profile:
    gender = _GENDERS.get(cells.get("gender", "").casefold())
    if gender is None:
        raise MemberDataInvalid(pointer="/gender")
    return Profile(
        given_name=cells.get("given_name", ""),
        family_name=cells.get("family_name", ""),
        gender=gender,
        city=cells.get("city", ""),
        note=cells.get("note", ""),
    )


def _consents(cells: Mapping[str, str]) -> tuple[ConsentGiven, ...]:
    given = {
        name.removeprefix(CONSENT_PREFIX): _flag(text, name)
        for name, text in cells.items()
        if name.startswith(CONSENT_PREFIX) and text
    }
    given |= dict.fromkeys(_parts(cells.get("consents", "")), True)
    return tuple(
        ConsentGiven(purpose, agreed, channel="import") for purpose, agreed in sorted(given.items())
    )


def _attributes(cells: Mapping[str, str]) -> dict[str, AttributeValue]:
    found: dict[str, AttributeValue] = {
        name.removeprefix(ATTRIBUTE_PREFIX): _value(text)
        for name, text in cells.items()
        if name.startswith(ATTRIBUTE_PREFIX) and text
    }
    for part in _parts(cells.get("attributes", "")):
        name, sign, text = part.partition("=")
        if not sign or not is_code(name):
            raise MemberDataInvalid("member.attribute_malformed", pointer="/attributes")
        found[name] = _value(text)
    return found


def _value(text: str) -> AttributeValue:
    if text in ("True", "False"):
        return text == "True"
    # Leading zeros and signs matter in codes: only a plain number is one.
    if text.isascii() and text.isdigit() and len(text) <= 15 and str(int(text)) == text:
        return int(text)
    return text


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(SEPARATOR) if part.strip()]


def _flag(text: str, name: str) -> bool:
    folded = text.casefold()
    if folded in _YES:
        return True
    if folded not in _NO:
        raise MemberDataInvalid(pointer=f"/{name}")
    return False


def _date(text: str, name: str) -> date | None:
    if not text:
        return None
    for form in _DATE_FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    raise MemberDataInvalid("member.date_malformed", pointer=f"/{name}")


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        day = _date(text, "enrolled_at")
        assert day is not None
        return datetime.combine(day, time(), tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reject(line: int, refusal: Refused) -> Reject:
    pointer = {"pointer": refusal.pointer} if refusal.pointer else {}
    return Reject(line, refusal.code, {**refusal.params, **pointer})
