"""What the first-run wizard does: each step one piece of work, done by the use cases of all others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from regulars.contexts.members.usecases.consent_texts import publish_first_texts
from regulars.contexts.programme.queries import get_brand
from regulars.contexts.programme.types import BrandChange
from regulars.contexts.programme.usecases import (
    approve_version,
    change_brand,
    draft_version,
    publish_version,
)
from regulars.contexts.security.types import Actor, IssuedKey
from regulars.contexts.till.queries.places import has_sales
from regulars.contexts.till.usecases.places import create_store, create_till, issue_till_key
from regulars.core.programme.check import parse_programme
from regulars.core.programme.texts import LocalText
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes, load

ALONE = "First start: there is nobody else yet"
# A receipt of this morning may still be brought in.
_BACK = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Business:
    """What the first step asks."""

    name: str
    money: str
    time_zone: str
    language: str
    programme: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A ready programme, as one chooses it."""

    name: str
    title: LocalText
    about: LocalText


@cache
def ready_programmes() -> tuple[Ready, ...]:
    """The programmes that come with the platform."""
    documents = ((name, parse_programme(load_yaml(load(name)))) for name in list_programmes())
    return tuple(Ready(name, one.title, one.description or {}) for name, one in documents)


def set_up_business(told: Business, *, now: datetime, by: Actor) -> int:
    """The brand's name, the consents to begin with, and the programme in force; its number.

    Raises what drafting, approving and publishing raise: SecondPersonNeeded where there is
    somebody else who could approve.
    """
    brand = get_brand().brand
    change = BrandChange(
        name=told.name, accent=brand.accent, typeface=brand.typeface, card_face=brand.card_face
    )
    change_brand(change, now=now, by=by)
    publish_first_texts(told.name, now=now, by=by)
    ready: Mapping[str, Any] = load_yaml(load(told.programme))
    document = dict(ready) | {
        "money": told.money,
        "time_zone": told.time_zone,
        "language": told.language,
    }
    version = draft_version(document, note=ALONE, now=now, by=by)
    approve_version(version.number, alone_reason=ALONE, now=now, by=by)
    publish_version(
        version.number, now - _BACK, backdated=True, has_sales=has_sales(), now=now, by=by
    )
    return version.number


def open_first_store(code: str, title: str, *, now: datetime, by: Actor) -> None:
    """A store. Raises what `create_store` raises."""
    create_store(code, title, now=now, by=by)


def open_first_till(store: str, code: str, title: str, *, now: datetime, by: Actor) -> IssuedKey:
    """A till with its key. Raises what `create_till` and `issue_till_key` raise."""
    create_till(store, code, title, now=now, by=by)
    return issue_till_key(store, code, now=now, by=by)
