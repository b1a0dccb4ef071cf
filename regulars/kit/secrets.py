"""Random secrets that people and programs carry, and the digests that are kept instead of them."""

import hashlib
import hmac
import secrets
from math import ceil, log2

# 31 characters, a prime: none that is mistaken for another (0 o, 1 i l), so that one wrong or two
# swapped characters always fail the check.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
BEARER_BITS = 128
CODE_BITS = 80
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_BITS_EACH = log2(len(ALPHABET))


def new_secret(bits: int = BEARER_BITS) -> str:
    """At least `bits` random bits in small letters and digits, and a check character at the end."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(ceil(bits / _BITS_EACH)))
    return body + check_character(body)


def new_password() -> str:
    """A password of 99 random bits that can be read out: `xxxxx-xxxxx-xxxxx-xxxxx`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))


def check_character(body: str) -> str:
    """The character that makes `body` well-formed; raises KeyError outside the alphabet.

    The weighted sum of up to 30 characters modulo 31: any single error and any swap changes it.
    """
    assert len(body) < len(ALPHABET), "weights would repeat"
    total = sum(weight * _VALUES[character] for weight, character in enumerate(body, 1))
    return ALPHABET[total % len(ALPHABET)]


def is_well_formed(secret: str) -> bool:
    """Whether the check character fits: a typing error is found without the database."""
    body = secret[:-1]
    if not 0 < len(body) < len(ALPHABET) or any(c not in _VALUES for c in secret):
        return False
    return check_character(body) == secret[-1]


def digest(purpose: str, secret: str) -> bytes:
    """SHA-256 of a secret with at least 80 random bits, bound to what it is for (32 bytes)."""
    return hashlib.sha256(f"regulars/{purpose}\0{secret}".encode("utf-8", "surrogatepass")).digest()


def keyed_digest(key: str | bytes, purpose: str, text: str) -> bytes:
    """HMAC-SHA-256 under the installation's `key`, for what could be guessed: phones, addresses."""
    raw = key.encode() if isinstance(key, str) else key
    message = f"regulars/{purpose}\0{text}".encode("utf-8", "surrogatepass")
    return hmac.digest(raw, message, "sha256")


def is_same(one: bytes, other: bytes) -> bool:
    """Equality in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
