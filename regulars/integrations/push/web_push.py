"""Notices to browsers, handed in at the push service that each browser named (RFC 8030)."""

import json
from uuid import UUID

from django.conf import settings

from regulars.contexts.security.usecases.push import find_place, note_delivery
from regulars.kit.clock import utc_now
from regulars.kit.outside import AddressRefused, OutsideFailed, checked_address, post
from regulars.kit.push_message import authorisation, encrypted, sender_key

_TIMEOUT_S = 4.0
_KEPT_S = 24 * 3600
_GONE = frozenset({404, 410})
_OPENS = "/app/"


class PushNotTaken(Exception):
    """The push service did not take the notice now; to be tried again."""


def deliver(to: str, subject: str, body: str) -> None:
    """Hand one notice in for the browser `to` (an id of ours); what has no reader any more is dropped.

    A browser that its service says is gone is forgotten, and so is one that fails too often. Raises
    PushNotTaken where trying again is worth it.
    """
    device, now = UUID(to), utc_now()
    place = find_place(device, now=now)
    if place is None:
        return
    text = json.dumps({"title": subject, "body": body, "url": _OPENS}, ensure_ascii=False).encode()
    try:
        address = checked_address(place.endpoint)
        key = sender_key(settings.SECRET_KEY)
        headers = {
            "Authorization": authorisation(key, address.origin, settings.PUSH_CONTACT, now=now),
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "TTL": str(_KEPT_S),
            "Urgency": "normal",
        }
        sealed = encrypted(text, place.key, place.auth)
        status = post(address, sealed, headers, timeout_s=_TIMEOUT_S)
    except AddressRefused:
        status = 410  # a name that leads into somebody's house now
    except OutsideFailed:
        status = 503
    went = 200 <= status < 300
    worth_it = note_delivery(device, went=went, is_gone=status in _GONE)
    if worth_it and (status == 429 or status >= 500):
        raise PushNotTaken
