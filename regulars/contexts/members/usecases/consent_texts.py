"""What people agree to, word for word: texts of consents in versions that never change."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Max

from regulars.contexts.members.checking import MemberDataInvalid, is_code
from regulars.contexts.members.models import ConsentText
from regulars.contexts.members.types import ConsentGiven, ConsentTextView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import storable
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.ids import new_id

LANGUAGES = ("en", "ru")
# What an installation begins with, in the order it is shown in; the first two nobody joins without.
FIRST_TEXTS = (("terms", True), ("personal_data", True), ("email", False), ("sms", False))
TITLE_MAX, BODY_MAX = 200, 20_000
_LOCK_KEY = zlib.crc32(b"regulars consent texts")


class ConsentTextMissing(Refused):
    """Nobody can join before there is a text to agree to."""

    code = "consent.no_text"


class ConsentRequired(Refused):
    """Without this consent nobody can be a member."""

    code = "consent.required"
    kind = "invalid"


@dataclass(frozen=True, slots=True)
class Wording:
    """Title and body of a consent in one language."""

    title: str
    body: str


def publish_consent_text(
    purpose: str,
    words: Mapping[str, Wording],
    *,
    required: bool,
    offered: bool = True,
    now: datetime,
    by: Actor,
) -> int:
    """The next version of what a purpose says, in every language; its number.

    Who agreed to an earlier one has agreed to that one: the log of consents says which. With
    `offered` False it is not asked for any more. Raises PermissionMissing, MemberDataInvalid.
    """
    require(by, Permission.PROGRAMME_PUBLISH)
    if not is_code(purpose):
        raise MemberDataInvalid("consent.malformed", pointer="/purpose")
    titles = {code: _checked(words, code, "title", TITLE_MAX) for code in LANGUAGES}
    bodies = {code: _checked(words, code, "body", BODY_MAX) for code in LANGUAGES}
    with connection.cursor() as cursor:
        # Not a lock on the table: who may only add to it may not take one.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK_KEY])
    rows = ConsentText.objects.filter(purpose=purpose)
    version = (rows.aggregate(last=Max("version"))["last"] or 0) + 1
    ConsentText.objects.create(
        id=new_id(now=now),
        purpose=purpose,
        version=version,
        offered=offered,
        required=required,
        title=titles,
        body=bodies,
        published_at=now,
        published_by=f"{by.kind}:{by.id}",
    )
    detail = {"version": version, "offered": offered, "required": required}
    record_audit("consent.publish_text", "consent", purpose, detail, now=now, by=by)
    return version


def publish_first_texts(business: str, *, now: datetime, by: Actor) -> None:
    """Texts to begin with, where there is none yet; a lawyer should read them before members do."""
    if ConsentText.objects.exists():
        return
    for purpose, required in FIRST_TEXTS:
        words = {
            language: Wording(
                sentence(f"consent.text.{purpose}.title", {"business": business}, language),
                sentence(f"consent.text.{purpose}.body", {"business": business}, language),
            )
            for language in LANGUAGES
        }
        publish_consent_text(purpose, words, required=required, now=now, by=by)


def list_consent_texts(*, offered_only: bool = True) -> tuple[ConsentTextView, ...]:
    """The latest text of every purpose, required ones first; those taken back only when asked for."""
    rows = ConsentText.objects.order_by("purpose", "-version").distinct("purpose")
    views = [_view(row) for row in rows if row.offered or not offered_only]
    known = [purpose for purpose, _ in FIRST_TEXTS]
    place = {purpose: number for number, purpose in enumerate(known)}
    return tuple(
        sorted(views, key=lambda one: (not one.required, place.get(one.purpose, 99), one.purpose))
    )


def list_versions_of(purpose: str) -> tuple[ConsentTextView, ...]:
    """Every version of one purpose, the newest first."""
    rows = ConsentText.objects.filter(purpose=storable(purpose)).order_by("-version")
    return tuple(map(_view, rows))


def consents_of(
    texts: Sequence[ConsentTextView], agreed: frozenset[str], *, channel: str
) -> tuple[ConsentGiven, ...]:
    """What somebody who saw `texts` and ticked the purposes `agreed` has said, purpose by purpose.

    What was left unticked is a no, and written down as one. Raises ConsentTextMissing where there
    is no text at all, ConsentRequired for a required one that was left unticked.
    """
    if not texts:
        raise ConsentTextMissing
    for text in texts:
        if text.required and text.purpose not in agreed:
            raise ConsentRequired(pointer=f"/consent_{text.purpose}")
    return tuple(
        ConsentGiven(text.purpose, text.purpose in agreed, channel, text.name) for text in texts
    )


def _view(row: ConsentText) -> ConsentTextView:
    return ConsentTextView(
        purpose=row.purpose,
        version=row.version,
        offered=row.offered,
        required=row.required,
        title=row.title,
        body=row.body,
        published_at=row.published_at,
    )


def _checked(words: Mapping[str, Wording], language: str, part: str, longest: int) -> str:
    told = words.get(language)
    text = storable(getattr(told, part)).strip() if told else ""
    if not 0 < len(text) <= longest:
        raise MemberDataInvalid("consent.text_invalid", pointer=f"/{part}_{language}")
    return text
