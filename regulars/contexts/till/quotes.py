"""Quotes travel to the till and back as signed tokens: what was promised, on what, until when."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from regulars.contexts.till.types import QuoteInvalid
from regulars.core.purchase import Receipt

_FORMAT, _BEFORE_PROMOTIONS = 2, 1


class Quoted(NamedTuple):
    """What a token says."""

    id: str
    member: str  # the member's id, or empty
    basket: str  # digest of what was quoted
    version: int
    at: int  # micros: the moment the rules were asked about
    until: int  # micros
    promise: str
    pay: dict[str, int]
    held: bool
    codes: Sequence[str] = ()
    claims: Mapping[str, int] = {}
    cards: Sequence[Sequence[Any]] = ()  # (the card's account, how much of it)
    coupons: Sequence[str] = ()  # of which the quote holds a use


def sign(quoted: Quoted, secret: bytes) -> str:
    """The token of a quote."""
    body = orjson.dumps([_FORMAT, *quoted])
    return _encode(body) + "." + _encode(_seal(body, secret))


def read(token: str, secret: bytes) -> Quoted:
    """What a token of ours says; raises QuoteInvalid for any other."""
    head, _, tail = token.partition(".")
    try:
        body, seal = _decode(head), _decode(tail)
    except (NotBase64, ValueError):
        raise QuoteInvalid(pointer="/quote") from None
    if not hmac.compare_digest(seal, _seal(body, secret)):
        raise QuoteInvalid(pointer="/quote")
    version, *fields = orjson.loads(body)
    if version not in (_FORMAT, _BEFORE_PROMOTIONS):
        raise QuoteInvalid(pointer="/quote")
    return Quoted(*fields)


def basket_digest(receipt: Receipt, member: UUID | None) -> str:
    """A fingerprint of who buys what where; the clock and the receipt number may still change."""
    lines = [
        [
            line.id,
            line.sku,
            line.quantity,
            line.price_minor,
            line.amount_minor,
            line.category,
            line.brand,
            line.minimum_minor,
            sorted(line.tags),
            line.tax_rate_bp,
            line.kind,
            line.card,
        ]
        for line in receipt.lines
    ]
    about = [str(member), receipt.store, receipt.channel, receipt.store_brand, receipt.payments, lines,
             sorted(receipt.attributes.items())]  # fmt: skip
    return sha256(orjson.dumps(about)).hexdigest()[:32]


def _seal(body: bytes, secret: bytes) -> bytes:
    return hmac.new(secret, b"quote" + body, sha256).digest()[:20]


def _encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
