"""WebAuthn by the library `fido2`: challenges made, answers of devices checked."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

# It tells credentials at every sign-in; who signs in is told by the audit trail.
logging.getLogger("fido2").setLevel(logging.WARNING)

ANSWER_LENGTH_MAX = 20_000


class PasskeyAnswerWrong(Exception):
    """The device's answer is not one to our challenge."""


@dataclass(frozen=True, slots=True)
class Site:
    """Where the pages stand: `origin` as the browser says it (`https://points.example`), and a name."""

    origin: str
    name: str

    @property
    def domain(self) -> str:
        """What passkeys are bound to: the host without its port."""
        host = self.origin.partition("://")[2]
        return host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host

    @property
    def takes_passkeys(self) -> bool:
        """Browsers keep passkeys for names only, and off a machine itself for https only."""
        try:
            ip_address(self.domain.strip("[]"))
        except ValueError:
            return self.origin.startswith("https://") or self.domain == "localhost"
        return False


@dataclass(frozen=True, slots=True)
class Credential:
    """A public key with its id and the count of its uses, as the device tells it."""

    id: bytes
    data: bytes
    count: int


def registration(
    site: Site, *, holder: bytes, name: str, shown: str, known: Sequence[bytes]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked to make a passkey by, and the state to check its answer with."""
    options, state = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=holder, name=name, display_name=shown),
        credentials=[AttestedCredentialData(data) for data in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _plain(options), dict(state)


def registered(site: Site, state: Mapping[str, Any], answer: Mapping[str, Any]) -> Credential:
    """The new credential out of a browser's answer. Raises PasskeyAnswerWrong."""
    try:
        made = _server(site).register_complete(state, RegistrationResponse.from_dict(answer))
    except _WRONG as wrong:
        raise PasskeyAnswerWrong from wrong
    assert made.credential_data is not None
    return Credential(
        made.credential_data.credential_id, bytes(made.credential_data), int(made.counter)
    )


def assertion(site: Site) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the browser is asked to sign in by, whoever it is, and the state to check it with."""
    options, state = _server(site).authenticate_begin(
        user_verification=UserVerificationRequirement.REQUIRED
    )
    return _plain(options), dict(state)


def credential_named(answer: Mapping[str, Any]) -> bytes:
    """The id of the credential that an answer claims. Raises PasskeyAnswerWrong."""
    try:
        return bytes(AuthenticationResponse.from_dict(answer).raw_id)
    except _WRONG as wrong:
        raise PasskeyAnswerWrong from wrong


def asserted(
    site: Site, state: Mapping[str, Any], known: Credential, answer: Mapping[str, Any]
) -> int:
    """The device's new count of uses. Raises PasskeyAnswerWrong.

    A count that does not grow tells of a copy of the device; 0 is of devices that do not count.
    """
    try:
        told = AuthenticationResponse.from_dict(answer)
        data = AttestedCredentialData(known.data)
        _server(site).authenticate_complete(state, [data], told)
    except _WRONG as wrong:
        raise PasskeyAnswerWrong from wrong
    count = int(told.response.authenticator_data.counter)
    if (count or known.count) and count <= known.count:
        raise PasskeyAnswerWrong
    return count


# The library raises what the parsing of hostile input happens to raise.
_WRONG = (
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    IndexError,
    AssertionError,
    OverflowError,
)


def _server(site: Site) -> Fido2Server:
    party = PublicKeyCredentialRpEntity(id=site.domain, name=site.name)
    return Fido2Server(party, verify_origin=lambda origin: origin == site.origin)


def _plain(options: Any) -> dict[str, Any]:
    return dict(json.loads(json.dumps(dict(options)))["publicKey"])
