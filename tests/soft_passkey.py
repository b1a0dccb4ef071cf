"""A device that keeps passkeys, in software: what a browser and an authenticator answer together."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class SoftPasskey:
    """One passkey, counting its uses."""

    def __init__(self, origin="http://localhost"):
        self.origin = origin
        self.domain = origin.partition("://")[2].partition(":")[0]
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def make(self, options, flags=PRESENT | VERIFIED | ATTESTED, **client):
        """The answer to `navigator.credentials.create`."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        held = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        made = {"fmt": "none", "attStmt": {}, "authData": self._data(flags) + held}
        return self._answer(
            clientDataJSON=text(self._client("webauthn.create", options, client)),
            attestationObject=text(cbor.encode(made)),
        )

    def sign(self, options, flags=PRESENT | VERIFIED, **client):
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        data = self._data(flags)
        told = self._client("webauthn.get", options, client)
        signed = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=text(told), authenticatorData=text(data), signature=text(signed)
        )

    def _answer(self, **response):
        return {
            "id": text(self.id),
            "rawId": text(self.id),
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }

    def _data(self, flags):
        domain = hashlib.sha256(self.domain.encode()).digest()
        return domain + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind, options, changed):
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told | changed).encode()


def text(raw):
    return urlsafe_b64encode(raw).decode().rstrip("=")


def raw(told):
    return urlsafe_b64decode(told + "=" * (-len(told) % 4))
