"""Which column of a file of codes is which, by its heading in Russian or English."""

import re
from collections.abc import Iterable, Sequence

from regulars.core.refusal import Invalid
from regulars.core.rewards.imported import COLUMNS

_HEADINGS = {
    "code": "coupon|coupon code|promo code|promocode|voucher|код|купон|код купона|промокод",
    "uses": "uses max|use limit|limit|использований|число использований|лимит",
    "since": "valid from|from|start|действует с|с|начало",
    "until": "valid until|valid to|to|end|expires|expiry|действует до|по|до|годен до|срок",
    "card": "card number|loyalty card|карта|номер карты",
    "external": "customer id|customer|client id|код клиента|внешний код|номер клиента",
}
_FIELD_OF = {
    heading: field for field, headings in _HEADINGS.items() for heading in headings.split("|")
}


class CouponColumnsUnclear(Invalid):
    """What --column says does not fit: no such field or heading, or one of them twice."""

    code = "cli.coupons_columns_unclear"


class CodesColumnMissing(Invalid):
    """No column looks as if it held codes."""

    code = "cli.coupons_no_code_column"


def coupon_columns(headings: Sequence[str], named: Iterable[str]) -> dict[str, str]:
    """Heading → field: what `named` (`FIELD=HEADING`) says first, the rest by how it is called.

    Raises CouponColumnsUnclear, CodesColumnMissing.
    """
    found: dict[str, str] = {}
    for text in named:
        field, _, heading = text.partition("=")
        if field not in COLUMNS or heading not in headings or heading in found:
            raise CouponColumnsUnclear(told=text[:80])
        if field in found.values():
            raise CouponColumnsUnclear(told=text[:80])
        found[heading] = field
    for heading in headings:
        folded = " ".join(re.sub(r"[\W_]+", " ", heading.casefold().replace("ё", "е")).split())
        field = folded if folded in COLUMNS else _FIELD_OF.get(folded, "")
        if field and heading not in found and field not in found.values():
            found[heading] = field
    if "code" not in found.values():
        raise CodesColumnMissing
    return found
