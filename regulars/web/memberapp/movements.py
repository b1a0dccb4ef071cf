"""What moved on a member's account, with its reasons, as the app shows it."""

from typing import Any

from regulars.contexts.till.queries.statements import Movement, list_movements
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.core.wording.telling import Units, tell
from regulars.web.pages.shown import Speech

_ICONS = {
    "sale": "shopping-bag",
    "return": "receipt-refund",
    "event": "sparkles",
    "award": "gift",
    "spend": "coins",
    "expire": "clock",
    "adjust": "adjustments",
    "activate": "check",
    "hold": "lock",
    "release": "lock-open",
}


def latest_movements(
    request: Any, *, before: int | None = None, limit: int, receipts: bool = False
) -> tuple[list[dict[str, Any]], int | None]:
    """At most `limit` entries for a timeline, the newest first, and where the next part begins.

    With `receipts` they name the store and the number of the receipt.
    """
    found = list_movements(request.member, before=before, limit=limit + 1)
    programme = request.programme
    scales = {code: currency.scale for code, currency in programme.currencies.items()}
    titles = {one.id: one.title for one in programme.document.promotions}
    units = Units(programme.money, programme.money_scale, scales, titles)
    speech = Speech(request.language, programme)
    entries = [_entry(one, units, speech) for one in found[:limit]]
    if receipts:
        for entry, one in zip(entries, found, strict=False):
            entry["about"] = f"{one.receipt.store} · № {one.receipt.number}" if one.receipt else ""
    return entries, found[limit - 1].line.seq if len(found) > limit else None


def _entry(movement: Movement, units: Units, speech: Speech) -> dict[str, Any]:
    line, language = movement.line, speech.language
    amounts = {
        code: moved.pending + moved.active + moved.held
        for code, moved in line.moves.items()
        if code in units.scales
    }
    whole = sum(amounts.values())
    ordered = sorted(amounts, key=lambda code: (code != "points", code))
    return {
        "at": line.occurred_at,
        "icon": _ICONS.get(line.kind, "point"),
        "kind": "good" if whole > 0 else "",
        "title": sentence(f"movement.{line.kind}", {}, language),
        "amount": " · ".join(_named(amounts[code], code, speech) for code in ordered if amounts[code]),
        "amount_kind": "good" if whole > 0 else "",
        "about": "",
        "why_title": sentence("app.why", {}, language),
        "why": [
            {
                "text": tell(
                    cause.reason.code, dict(cause.reason.params), units, language,
                    currency=cause.currency,
                ),
                "amount": _signed(cause.amount, cause.currency, speech)
                if cause.amount and cause.currency
                else "",
            }
            for cause in movement.causes
        ],
    }  # fmt: skip


def _named(amount: int, currency: str, speech: Speech) -> str:
    """«+35», and «+17.50 Late points» of a currency beside the main one."""
    said = _signed(amount, currency, speech)
    known = speech.programme.document.currencies
    if currency == "points" or len(known) == 1:
        return said
    return f"{said} {text_in(known[currency].title, speech.language)}"


def _signed(amount: int, currency: str, speech: Speech) -> str:
    sign = "+" if amount > 0 else "−"
    return f"{sign}{speech.points(abs(amount), currency)}"
