"""Programme documents of the plain models, made to the measure of a shop: what a search tries.

A shop is told by its usual receipt and by what members of each tenth spend. Thresholds and values are
rounded to two figures, as a person would choose them. Every document is one that a person could have
written and can go on with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from regulars.core.wording.catalogue import LANGUAGES, sentence

Values = Mapping[str, Decimal]
Document = dict[str, Any]

_SMALL_MONEY = Decimal(
    300
)  # a usual receipt below this is in money whose hundredth is worth a point


@dataclass(frozen=True, slots=True)
class Shop:
    """What candidates are made to measure of.

    `check` is the usual receipt, `spends` what a member of each tenth spends in the time of the
    receipts (the greatest first, ten of them), both in whole units of money.
    """

    money: str
    money_scale: int
    time_zone: str
    language: str
    check: Decimal
    spends: tuple[Decimal, ...]

    @property
    def worth(self) -> Decimal:
        """What a point is worth: a unit of money, or a hundredth of one where receipts are small."""
        return Decimal(1) if self.check >= _SMALL_MONEY else Decimal("0.01")

    def top(self, percent: Decimal) -> Decimal:
        """What one must spend to be among that share of members: between two tenths, so of neither's mean."""
        place = min(max(int(percent / 10) - 1, 0), len(self.spends) - 1)
        lower = self.spends[min(place + 1, len(self.spends) - 1)]
        return max(nice((self.spends[place] + lower) / 2), self.least)

    @property
    def least(self) -> Decimal:
        """The smallest amount that money has."""
        return Decimal(1).scaleb(-self.money_scale)


def nice(amount: Decimal) -> Decimal:
    """`amount` to two figures: 487.30 is 490, 0.123 is 0.12."""
    if amount <= 0:
        return Decimal(0)
    step = Decimal(1).scaleb(amount.adjusted() - 1)
    rounded = (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral() else rounded


def points(shop: Shop, v: Values) -> Document:
    """A share of what is paid as points, which pay like money."""
    return {
        "model": ["points"],
        "currencies": {"points": _points(shop, v.get("expiry"))},
        "earning": [_rate(shop, v["rate"], {})],
    }


def cashback(shop: Shop, v: Values) -> Document:
    """A share of what is paid as money for later purchases, usable a fortnight on."""
    currency = {
        "title": _title("cashback"),
        "kind": "cashback",
        "scale": min(shop.money_scale, 2),
        "activation": {"days": 14},
        "expiry": {"kind": "inactivity", "after": {"months": 12}},
        "redeem": {"kind": "money", "worth": 1, "share_max": str(v["share"])},
    }
    rule = {"id": "base", "title": _title("rule", percent=v["rate"]), "mechanic": "rate_per_amount",
            "params": {"points": str(v["rate"]), "per": 100}, "currency": "cashback"}  # fmt: skip
    return {"model": ["cashback"], "currencies": {"cashback": currency}, "earning": [rule]}


def discount_card(shop: Shop, v: Values) -> Document:
    """The same percentage off for every member."""
    return {
        "model": ["discount_card"],
        "currencies": _status(),
        "promotions": [
            {
                "id": "card",
                "title": _title("card", percent=v["percent"]),
                "kind": "discount_card",
                "params": {"default": str(v["percent"])},
            }
        ],
    }


def growing_card(shop: Shop, v: Values) -> Document:
    """A percentage off that grows with all purchases and never goes down."""
    steps = [(Decimal(50), v["percent"]), (Decimal(20), 2 * v["percent"])]
    levels = [
        _level(f"card-{place}", shop.top(share), discount=percent)
        for place, (share, percent) in enumerate(steps, 1)
    ]
    return {
        "model": ["discount_card", "tiers"],
        "currencies": _status(),
        "tiers": _ladder({"kind": "lifetime"}, levels),
    }


def stamps(shop: Shop, v: Values) -> Document:
    """A stamp a visit; so many of them are worth a share of the usual receipt."""
    units = int(v["units"])
    least = shop.least
    worth = max((shop.check * v["value"] / 100 / units).quantize(least), least)
    currency = {
        "title": _title("stamps"),
        "kind": "stamps",
        "expiry": {"kind": "inactivity", "after": {"months": 12}},
        "redeem": {"kind": "money", "worth": str(worth), "minimum": units, "step": units},
        "caps": {"day": 1},
    }
    rule = {
        "id": "stamp",
        "title": _title("stamp"),
        "mechanic": "per_visit",
        "params": {"points": 1},
        "currency": "stamps",
        "when": {"amount": {"min": str(max(nice(shop.check / 4), least))}},
    }
    return {"model": ["stamps"], "currencies": {"stamps": currency}, "earning": [rule]}


def tiers(shop: Shop, v: Values) -> Document:
    """Points at a base rate, more for the best third and again more for the best tenth of spenders."""
    more = v["more"]
    by_tier = {"silver": v["rate"] * (1 + more) / 2, "gold": v["rate"] * more}
    return {
        "model": ["points", "tiers"],
        "currencies": {"points": _points(shop, Decimal(12))},
        "earning": [_rate(shop, v["rate"], by_tier)],
        "tiers": _ladder(
            _YEAR, [_level("silver", shop.top(Decimal(30))), _level("gold", shop.top(Decimal(10)))]
        ),
    }


def vip(shop: Shop, v: Values) -> Document:
    """A discount for the best spenders alone; nothing for the others."""
    level = _level("vip", shop.top(v["top"]), discount=v["percent"])
    return {
        "model": ["vip_club", "discount_card", "tiers"],
        "currencies": _status(),
        "tiers": _ladder(_YEAR, [level]),
    }


def hybrid(shop: Shop, v: Values) -> Document:
    """Points for all, and a discount card on top for the best fifth of spenders."""
    level = _level("gold", shop.top(Decimal(20)), discount=v["percent"])
    return {
        "model": ["points", "discount_card", "tiers"],
        "currencies": {"points": _points(shop, Decimal(12))},
        "earning": [_rate(shop, v["rate"], {})],
        "tiers": _ladder(_YEAR, [level]),
    }


_YEAR = {"kind": "rolling", "length": {"months": 12}}


def nothing(shop: Shop, v: Values) -> Document:
    """A programme that gives nothing: what the shop is without one."""
    return {"currencies": _status()}


def whole(shop: Shop, code: str, titles: Mapping[str, str], parts: Document) -> Document:
    """The parts as a whole document of that code and name."""
    return {
        "format": 1,
        "code": code,
        "title": dict(titles),
        "time_zone": shop.time_zone,
        "money": shop.money,
        "money_scale": shop.money_scale,
        "language": shop.language,
        **parts,
    }


def decimal_text(value: Decimal) -> str:
    """1.50 as 1.5, 10 as 10: as a person writes it."""
    return format(value.normalize(), "f")


def _points(shop: Shop, expiry: Decimal | None) -> Document:
    currency: Document = {
        "title": _title("points"),
        "redeem": {"kind": "money", "worth": str(shop.worth), "share_max": 100},
    }
    if expiry:
        currency["expiry"] = {"kind": "after", "after": {"months": int(expiry)}}
    return currency


def _status() -> Document:
    """A document needs a currency; this one is given for nothing and pays for nothing."""
    return {"status": {"title": _title("status"), "kind": "status"}}


def _rate(shop: Shop, percent: Decimal, by_tier: Values) -> Document:
    """Points for each hundredth part of `percent`: 2 % of money, at what a point is worth."""

    def of(rate: Decimal) -> str:
        return decimal_text((rate / shop.worth).quantize(Decimal("0.000001")))

    params: Document = {"points": of(percent), "per": 100}
    if by_tier:
        params["by_tier"] = {tier: of(rate) for tier, rate in by_tier.items()}
    return {
        "id": "base",
        "title": _title("rule", percent=percent),
        "mechanic": "rate_per_amount",
        "params": params,
        "currency": "points",
    }


def _ladder(window: Document, levels: list[Document]) -> Document:
    """A first level for everybody, then these; one that would not be above its lower is left out."""
    kept: list[Document] = [{"code": "base", "title": _title("level_base")}]
    highest = Decimal(0)
    for level in levels:
        if level["threshold"] > highest:
            highest = level["threshold"]
            kept.append({**level, "threshold": decimal_text(highest)})
    return {"measure": "spend", "window": window, "levels": kept}


def _level(code: str, threshold: Decimal, *, discount: Decimal | None = None) -> Document:
    level: Document = {"code": code, "title": _title(f"level_{code}"), "threshold": threshold}
    if discount:
        level["discount"] = {"percent": decimal_text(discount)}
    return level


def _title(code: str, **params: object) -> dict[str, str]:
    told = {
        name: decimal_text(value) if isinstance(value, Decimal) else value
        for name, value in params.items()
    }
    return {language: sentence(f"optimise.{code}", told, language) for language in LANGUAGES}
