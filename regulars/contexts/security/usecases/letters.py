"""Letters of accounts: sealed into the outbox with what they belong to, delivered by a job."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from regulars.contexts.security.models import Letter
from regulars.contexts.security.ports import find_channel
from regulars.core.wording.catalogue import sentence
from regulars.kit.ids import new_id
from regulars.kit.outbox import defer
from regulars.kit.sealing import SealBroken, seal_json, unseal_json

JOB = "security.send_letter"
_SEAL = "letter"
_KEPT = timedelta(days=30)


def post_letter(
    channel: str,
    to: str,
    what: str,
    params: Mapping[str, str | int],
    *,
    language: str,
    lasts: timedelta,
    now: datetime,
) -> UUID:
    """Put a letter into the outbox of the open transaction; the id of what will be sent.

    `what` names the sentences `letter.<what>.subject` and `letter.<what>.body`. After `lasts` it is
    not worth sending any more.
    """
    content = {"to": to, "what": what, "params": dict(params), "language": language}
    row = Letter(
        id=new_id(now=now),
        channel=channel,
        sealed=seal_json(settings.SECRET_KEY, _SEAL, content),
        made_at=now,
        ends_at=now + lasts,
    )
    row.save(force_insert=True)
    defer(JOB, letter=str(row.pk))
    return row.pk


def send_letter(letter_id: UUID, *, now: datetime) -> bool:
    """Deliver one letter if it still is to be; whether it went. To be called outside a transaction.

    What it said is forgotten when it is sent or over. A channel that fails raises; the job asks
    again. At least once: a crash between delivery and note sends it twice.
    """
    row = Letter.objects.filter(pk=letter_id).first()
    if row is None or row.sealed is None:
        return False
    deliver = find_channel(row.channel)
    told = _content(bytes(row.sealed))
    went = False
    if now < row.ends_at and deliver is not None and told is not None:
        code, params, language = f"letter.{told['what']}", told["params"], told["language"]
        subject = sentence(f"{code}.subject", params, language)
        deliver(told["to"], subject, sentence(f"{code}.body", params, language))
        went = True
    Letter.objects.filter(pk=row.pk).update(sealed=None, sent_at=now if went else None)
    return went


def purge_letters(*, now: datetime) -> None:
    """Forget letters that are over: what they said at once, that they were there a month later."""
    Letter.objects.filter(ends_at__lt=now).exclude(sealed=None).update(sealed=None)
    Letter.objects.filter(ends_at__lt=now - _KEPT).delete()


def _content(sealed: bytes) -> dict[str, Any] | None:
    try:
        return unseal_json(settings.SECRET_KEY, _SEAL, sealed)
    except SealBroken:
        return None  # sealed under a key of an installation that was restored elsewhere
