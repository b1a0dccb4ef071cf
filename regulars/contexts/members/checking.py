"""Checks of what is told about a member, before anything is written."""

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date

from regulars.contexts.members.types import AttributeValue, ConsentGiven, Profile
from regulars.core.identifiers import Problem, normalise_email, without_contacts
from regulars.core.membership import attribute_problem, birthday_problem, tag_problem
from regulars.core.programme.texts import CODE
from regulars.core.refusal import Invalid
from regulars.kit.phones import parse_phone

GENDERS = ("", "female", "male", "other")
REASON_MAX = 200
_LENGTHS = {"given_name": 120, "family_name": 120, "city": 120, "note": 1000}
_PROOF_MAX = 20
_PROOF_TEXT_MAX = 300


class MemberDataInvalid(Invalid):
    """Something told about a member cannot be so; `code` says what, the pointer where."""

    code = "member.data_invalid"

    def __init__(self, code: str | None = None, *, pointer: str) -> None:
        self.code = code or MemberDataInvalid.code
        super().__init__(pointer=pointer)


def checked_profile(profile: Profile, *, region: str) -> Profile:
    """The profile with phone and address in their one spelling. Raises MemberDataInvalid."""
    texts = {field.name: getattr(profile, field.name) for field in fields(Profile)}
    for name, text in texts.items():
        if not isinstance(text, str) or not text.isprintable():
            raise MemberDataInvalid(pointer=f"/profile/{name}")
        if len(text.strip()) > _LENGTHS.get(name, 300):
            raise MemberDataInvalid("member.text_too_long", pointer=f"/profile/{name}")
    if profile.gender not in GENDERS:
        raise MemberDataInvalid(pointer="/profile/gender")
    cleaned = Profile(**{name: text.strip() for name, text in texts.items()})
    return replace(
        cleaned,
        phone=_spelled("phone", cleaned.phone and parse_phone(cleaned.phone, region=region)),
        email=_spelled("email", cleaned.email and normalise_email(cleaned.email)),
    )


def check_birthday(birthday: date | None, today: date) -> None:
    """Raises MemberDataInvalid for a day on which nobody alive was born."""
    problem = None if birthday is None else birthday_problem(birthday, today)
    if problem:
        raise MemberDataInvalid(problem, pointer="/birthday")


def checked_tags(tags: frozenset[str]) -> list[str]:
    """The tags as they are stored. Raises MemberDataInvalid."""
    cleaned = frozenset(tag.strip() for tag in tags)
    problem = tag_problem(cleaned)
    if problem:
        raise MemberDataInvalid(problem, pointer="/tags")
    return sorted(cleaned)


def checked_attributes(attributes: Mapping[str, AttributeValue]) -> dict[str, AttributeValue]:
    """The attributes as they are stored. Raises MemberDataInvalid."""
    problem = attribute_problem(attributes)
    if problem:
        raise MemberDataInvalid(problem, pointer="/attributes")
    return dict(attributes)


def checked_consent(consent: ConsentGiven, *, pointer: str) -> ConsentGiven:
    """The consent with a proof that holds no contact data: the log outlives an erasure.

    Raises MemberDataInvalid.
    """
    for name, code in (("purpose", consent.purpose), ("channel", consent.channel)):
        if not is_code(code):
            raise MemberDataInvalid("consent.malformed", pointer=f"{pointer}/{name}")
    if len(consent.text_version) > 80 or not consent.text_version.isprintable():
        raise MemberDataInvalid("consent.malformed", pointer=f"{pointer}/text_version")
    proof = dict(consent.proof)
    if len(proof) > _PROOF_MAX or not all(
        is_code(name)
        and isinstance(text, str)
        and text.isprintable()
        and len(text) <= _PROOF_TEXT_MAX
        for name, text in proof.items()
    ):
        raise MemberDataInvalid("consent.malformed", pointer=f"{pointer}/proof")
    return replace(consent, proof={name: without_contacts(text) for name, text in proof.items()})


def checked_reason(reason: str) -> str:
    """A reason to keep, without contact data. Raises MemberDataInvalid."""
    text = reason.strip()
    if not 0 < len(text) <= REASON_MAX or not text.isprintable():
        raise MemberDataInvalid("member.reason_invalid", pointer="/reason")
    return without_contacts(text)[:REASON_MAX]


def is_code(text: object) -> bool:
    """A name for machines, as programme documents write them."""
    return isinstance(text, str) and re.fullmatch(CODE, text) is not None


def is_place(code: str) -> bool:
    """Whether this can be a store's code."""
    return 0 < len(code) <= 40 and code.isprintable()


def _spelled(name: str, spelling: str | Problem) -> str:
    if isinstance(spelling, Problem):
        raise MemberDataInvalid(spelling.code, pointer=f"/profile/{name}")
    return spelling
