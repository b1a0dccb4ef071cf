"""What is asked about members on the management plane."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.contexts.members.types import (
    ConsentGiven,
    Enrolment,
    Identifier,
    IdentifierKind,
    Profile,
    ref_of,
)
from regulars.web.api.values import Attributes, Closed, Day, Moment, plain

_Text = Annotated[str, plain(120)]
_Reason = Annotated[str, plain(200, least=1)]
_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
_Tags = Annotated[tuple[Annotated[str, plain(60, least=1)], ...], Field(max_length=100)]


class IdentifierBody(Closed):
    """Something a member is found by."""

    kind: Literal["card", "phone", "email", "external"]
    value: Annotated[str, plain(300, least=1)]
    form: Annotated[str, Field(pattern=r"^[a-z0-9_-]{0,20}$")] = Field(
        default="", description="What it is printed on: plastic, virtual, nfc"
    )

    def identifier(self) -> Identifier:
        """As the members context takes it."""
        return Identifier(IdentifierKind(self.kind), self.value, self.form)


class ConsentBody(Closed):
    """One purpose agreed to or refused, with what proves it."""

    purpose: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    given: bool
    channel: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")]
    text_version: Annotated[str, plain(80)] = ""
    proof: Annotated[
        dict[
            Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,39}$")],
            Annotated[str, plain(300)],
        ],
        Field(max_length=20),
    ] = Field(default_factory=dict, description="No contact data: the log is never changed")

    def consent(self) -> ConsentGiven:
        """As the members context takes it."""
        return ConsentGiven(self.purpose, self.given, self.channel, self.text_version, self.proof)


class ProfileBody(Closed):
    """Contact data; what is left out stays as it is."""

    given_name: _Text | None = None
    family_name: _Text | None = None
    phone: Annotated[str, plain(40)] | None = None
    email: Annotated[str, plain(254)] | None = None
    gender: Literal["", "female", "male", "other"] | None = None
    city: _Text | None = None
    note: Annotated[str, plain(1000)] | None = None

    def told(self) -> dict[str, str]:
        """What was said."""
        return {name: text for name, text in self.model_dump().items() if text is not None}


class EnrolBody(Closed):
    """A person who joins."""

    identifiers: Annotated[tuple[IdentifierBody, ...], Field(min_length=1, max_length=20)]
    profile: ProfileBody = ProfileBody()
    birthday: Day | None = None
    consents: Annotated[tuple[ConsentBody, ...], Field(max_length=20)] = ()
    tags: _Tags = ()
    attributes: Attributes = Field(default_factory=dict)
    language: Literal["en", "ru"] = "ru"
    store: Annotated[str, plain(40, least=1)] | None = None
    referred_by: UUID | None = None
    referral_code: Annotated[str, plain(40)] = ""
    is_staff: bool = False
    enrolled_at: Moment | None = None

    def enrolment(self) -> Enrolment:
        """What is known of the person."""
        return Enrolment(
            tuple(one.identifier() for one in self.identifiers),
            Profile(**self.profile.told()),
            self.birthday,
            tuple(one.consent() for one in self.consents),
            frozenset(self.tags),
            self.attributes,
            self.language,
            self.store,
            ref_of(self.referred_by) if self.referred_by else None,
            self.is_staff,
            self.enrolled_at,
        )


class SearchBody(Closed):
    """Which members; what is searched for stands in no address."""

    search: Annotated[str, plain(300)] = Field(
        default="", description="An identifier, or how a name begins"
    )
    status: Literal["active", "blocked", "merged", "erased"] | None = None
    tag: Annotated[str, plain(60, least=1)] | None = None
    store: Annotated[str, plain(40, least=1)] | None = None
    enrolled_since: Moment | None = None
    enrolled_until: Moment | None = None
    is_staff: bool | None = None
    cursor: Annotated[str, plain(400)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ChangeBody(Closed):
    """What to change; what is left out stays. Sets of tags and attributes are replaced."""

    version: _Version | None = Field(default=None, description="Refuse if it is another by now")
    profile: ProfileBody | None = None
    birthday: Day | None = Field(default=None, description="null takes it away")
    language: Literal["en", "ru"] | None = None
    tags: _Tags | None = None
    attributes: Attributes | None = None
    is_staff: bool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "ChangeBody":
        if not self.model_fields_set - {"version"}:
            raise PydanticCustomError("request.nothing_to_change", "nothing")
        return self


class ReasonBody(Closed):
    """Why."""

    reason: _Reason
    version: _Version | None = Field(default=None, description="Refuse if it is another by now")


class MergeBody(Closed):
    """Into whom, and why."""

    into: UUID
    reason: _Reason
