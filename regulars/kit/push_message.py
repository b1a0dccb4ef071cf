"""Web push: a message that one browser only can read (RFC 8291), and who sends it (RFC 8292)."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import datetime, timedelta

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from regulars.kit.secrets import keyed_digest

AUTH_BYTES, POINT_BYTES = 16, 65
# One record of 4096 bytes, as every push service takes it: header, padding mark and tag leave this.
TEXT_BYTES_MAX = 3900
_RECORD = 4096
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_TOKEN_LASTS = timedelta(hours=12)


class NotAKey(ValueError):
    """The bytes are no key of a browser."""


def encrypted(
    text: bytes,
    browser: bytes,
    auth: bytes,
    *,
    salt: bytes | None = None,
    own: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The body of a push (aes128gcm) that only the browser with these keys can read.

    `browser` is its public key (65 bytes), `auth` its secret (16). `salt` and `own` are random but
    for tests. Raises NotAKey; `text` has at most TEXT_BYTES_MAX bytes.
    """
    assert len(text) <= TEXT_BYTES_MAX, "push services take no more"
    theirs = public_key(browser)
    if len(auth) != AUTH_BYTES:
        raise NotAKey
    salt, own = salt or secrets.token_bytes(16), own or ec.generate_private_key(ec.SECP256R1())
    mine = point_of(own)
    common = own.exchange(ec.ECDH(), theirs)
    secret = _derived(common, auth, b"WebPush: info\0" + browser + mine, 32)
    key = _derived(secret, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(secret, salt, b"Content-Encoding: nonce\0", 12)
    body = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(mine)]) + mine + body


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """The key of an uncompressed point of P-256. Raises NotAKey."""
    if len(point) != POINT_BYTES:
        raise NotAKey
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise NotAKey from None


def sender_key(secret: str) -> ec.EllipticCurvePrivateKey:
    """The key by which push services know this installation; follows from its `secret` alone."""
    halves = keyed_digest(secret, "push", "one") + keyed_digest(secret, "push", "two")
    # 512 bits: the remainder is as good as evenly spread.
    return ec.derive_private_key(int.from_bytes(halves, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def point_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The public half, as browsers and push services want it."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def authorisation(
    key: ec.EllipticCurvePrivateKey, origin: str, contact: str, *, now: datetime
) -> str:
    """The header that says who sends, to the push service at `origin`; `contact` is a `mailto:`."""
    claims = {"aud": origin, "exp": int((now + _TOKEN_LASTS).timestamp()), "sub": contact}
    head = encode(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    told = f"{head}.{encode(json.dumps(claims).encode())}"
    r, s = decode_dss_signature(key.sign(told.encode(), ec.ECDSA(hashes.SHA256())))
    signed = encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={told}.{signed}, k={encode(point_of(key))}"


def encode(raw: bytes) -> str:
    """Base64 for addresses, without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Back again. Raises NotAKey."""
    try:
        return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (NotBase64, ValueError):
        raise NotAKey from None


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)
