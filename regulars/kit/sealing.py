"""Small texts that must be read again, kept so that the database alone does not show them."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from regulars.kit.secrets import keyed_digest

_NONCE_BYTES = 12


class SealBroken(Exception):
    """Made under another key, for another purpose, or changed since."""


def seal(key: str, purpose: str, content: bytes) -> bytes:
    """AES-256-GCM under a key of the installation's `key` and `purpose`; never twice the same."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + _cipher(key, purpose).encrypt(nonce, content, purpose.encode())


def unseal(key: str, purpose: str, sealed: bytes) -> bytes:
    """What was sealed. Raises SealBroken."""
    nonce, body = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return _cipher(key, purpose).decrypt(nonce, body, purpose.encode())
    except (InvalidTag, ValueError):
        raise SealBroken from None


def seal_json(key: str, purpose: str, content: Mapping[str, Any]) -> bytes:
    """The same for plain values."""
    return seal(key, purpose, json.dumps(content, ensure_ascii=False).encode())


def unseal_json(key: str, purpose: str, sealed: bytes) -> dict[str, Any]:
    """What `seal_json` sealed. Raises SealBroken."""
    return dict(json.loads(unseal(key, purpose, sealed)))


def _cipher(key: str, purpose: str) -> AESGCM:
    return AESGCM(keyed_digest(key, "seal", purpose))
