"""The programmes of a record as one programme document of ours."""

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.ladders import ladder_of, multipliers_of
from scenarios.programmes import PROGRAMME_FIELDS, currency_code, explicit_priorities, in_order
from scenarios.referrals import referral_of
from scenarios.settings import higher_first
from scenarios.translation import Circumstances, Translation, group_id
from scenarios.words import check, one_of, text
from scenarios.writing import Writer

KINDS = (
    None, "promotion", "loyalty", "coupon", "coupons", "gift_card", "ewallet", "buy_get",
    "voucher", "instant_reward", "promo_code", "discount", "next_order_coupons", "sale",
)  # fmt: skip
TRIGGERS = (None, "auto", "code", "with_code", "automatic")


def translate(programmes: Sequence[Mapping[str, Any]], about: Circumstances) -> Translation:
    """One document for all programmes of a record. Raises UnknownWord."""
    document: dict[str, Any] = {
        "format": 1,
        "code": "scenario",
        "title": "Scenario",
        "time_zone": about.zone,
        "money": "EUR",
        "language": "en",
        "currencies": {},
        "earning": [],
        "promotions": [],
        "gift_cards": {"pin": False, "top_up": True},
        "timing": {"late_max": {"months": 1200}},
        "earning_policy": {"base": about.settings.get("earning_base", "paid")},
        "returns": {"promotions": about.settings.get("returns_promotions", "keep")},
    }
    made = Translation(document)
    for programme in programmes:
        where = f"programme {programme.get('id')}"
        check(where, programme, PROGRAMME_FIELDS)
        text(programme.get("id"), "programme id")
        check_kind(programme, where)
    ordered = in_order(
        programmes, higher_first(about.source), about.settings.get("among_equals", "listed")
    )
    explicit = explicit_priorities(programmes)
    places = {str(programme["id"]): place for place, programme in enumerate(programmes)}
    for rank, programme in enumerate(ordered):
        currency = currency_code(places[str(programme["id"])], str(programme["id"]))
        Writer(made, programme, rank, about, explicit, currency).write()
    _finish(made, programmes, about)
    return made


def check_kind(programme: Mapping[str, Any], where: str) -> None:
    """See that kind, trigger and `applies_on` are known words. Raises UnknownWord."""
    for key, known in (
        ("kind", KINDS),
        ("trigger", TRIGGERS),
        ("applies_on", ("current", "future", "both", None)),
    ):
        one_of(programme.get(key), known, f"{where} {key}")


def _finish(
    made: Translation, programmes: Sequence[Mapping[str, Any]], about: Circumstances
) -> None:
    document = made.document
    if not document["currencies"]:
        document["currencies"]["none"] = {"title": "None"}
    if about.card_expiry:
        document["gift_cards"]["expiry"] = dict(about.card_expiry)
    policy = {"codes_max": 20, **about.settings.policy(), **about.pinned}
    if "round_to" in policy:
        policy.setdefault("rounding", "down")
    if any(programme.get("exclusive") for programme in programmes):
        policy["exclusive"] = "first"
    document["promotion_policy"] = policy
    if about.groups:
        document["groups"] = [
            {"id": group_id(name), "most": most, "choose": "first"}
            for name, most in about.groups.items()
        ]
    levels = ladder_of(programmes, made.currencies)
    if levels:
        document["tiers"] = levels
        document["earning"] += multipliers_of(programmes, made.currencies.values())
    referral = referral_of(programmes, made.currencies)
    if referral:
        document["referral"] = referral
    for promotion in document["promotions"]:
        if len(promotion.get("stacks_with", ())) and promotion["stacks"] == "listed":
            known = {other["id"] for other in document["promotions"]}
            promotion["stacks_with"] = sorted(
                known & set(promotion["stacks_with"]) - {promotion["id"]}
            )
            if not promotion["stacks_with"]:
                promotion["stacks"] = "none"
                del promotion["stacks_with"]
