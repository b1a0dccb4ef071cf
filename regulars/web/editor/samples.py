"""The simulator beside a draft: sample baskets, baskets of one's own, and receipts of the past."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regulars.contexts.programme.queries import get_programme
from regulars.contexts.security.types import Permission
from regulars.contexts.till.queries.places import list_stores, list_tills
from regulars.contexts.till.queries.statements import get_sale
from regulars.contexts.till.types import SaleKey
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.core.rewards.codes import normalised
from regulars.kit.clock import utc_now
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language
from regulars.web.editor.trying import (
    LINES_MAX,
    Asked,
    asked_of_sale,
    basket_line,
    try_out,
)

_CATEGORIES_SHOWN = 60
_TILLS_MAX = 200


def try_context(programme: Programme) -> dict[str, Any]:
    """What the simulator's form offers for a programme."""
    categories = named_categories(programme)
    tiers = programme.tiers.levels if programme.tiers else ()
    return {
        "samples": _samples(categories),
        "tiers": [(level.code, text_in(level.title, language())) for level in tiers],
        "tills": _tills(),
        "categories": categories[:_CATEGORIES_SHOWN],
        "money": programme.money,
    }


@staff_page(Permission.PROGRAMME_READ)
@require_POST
def try_page(request: HttpRequest, number: int) -> HttpResponse:
    """What the stored version would make of a basket."""
    return answer(request, get_programme(number))


def answer(request: HttpRequest, programme: Programme) -> HttpResponse:
    """The outcome of the basket that was posted, as a part of a page."""
    said = request.POST
    try:
        asked = _asked(said, programme)
        page: dict[str, Any] = {"tried": try_out(programme, asked, language()) if asked else None}
    except Refused as refusal:
        page = {"refused": told(request, refusal)}
    return render(request, "editor/tried.html", page)


def named_categories(programme: Programme) -> list[str]:
    """The categories of goods that the document speaks of, in order."""
    found: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, Mapping):
            named = part.get("categories")
            if isinstance(named, list | Mapping):
                found.update(map(str, named))
            for inner in part.values():
                look(inner)
        elif isinstance(part, list):
            for inner in part:
                look(inner)

    look(to_mapping(programme))
    return sorted(found)


def _samples(categories: list[str]) -> list[dict[str, Any]]:
    """Three baskets out of what the document speaks of."""
    named = (categories * 3)[:3] if categories else ["", "", ""]
    small = [{"price": "350", "quantity": "1", "category": named[0]}]
    usual = [
        {"price": "420", "quantity": "2", "category": named[0]},
        {"price": "1260", "quantity": "1", "category": named[1]},
    ]
    large = [
        {"price": "2490", "quantity": "3", "category": named[0]},
        {"price": "990", "quantity": "2", "category": named[1]},
        {"price": "4500", "quantity": "1", "category": named[2]},
    ]
    return [
        {"code": "usual", "title": _("Usual"), "lines": usual},
        {"code": "small", "title": _("Small"), "lines": small},
        {"code": "large", "title": _("Large"), "lines": large},
    ]


def _tills() -> list[tuple[str, str]]:
    found = []
    for store in list_stores(limit=100):
        for till in list_tills(store.code, limit=100):
            found.append((f"{store.code}/{till.code}", f"{store.title} · {till.code}"))
    return found[:_TILLS_MAX]


def _asked(said: Any, programme: Programme) -> Asked | None:
    number = said.get("try_number", "").strip()
    if said.get("try_of") == "receipt":
        if not number:
            return None
        store, _, till = said.get("try_till", "").partition("/")
        return asked_of_sale(get_sale(SaleKey(store[:80], till[:80], number[:80])))
    lines = [line for line in _lines(said, programme) if line is not None]
    if not lines:
        return None
    tiers = [level.code for level in programme.tiers.levels] if programme.tiers else []
    tier = said.get("try_tier", "")
    codes = said.get("try_codes", "")[:200].replace(",", " ").split()
    return Asked(
        tuple(lines),
        _moment(said.get("try_at", ""), programme),
        tier if tier in tiers else (tiers[0] if tiers else ""),
        member=said.get("try_member") != "no",
        birthday=bool(said.get("try_birthday")),
        codes=tuple(map(normalised, codes[:5])),
    )


def _lines(said: Any, programme: Programme) -> Iterable[Any]:
    for place in range(LINES_MAX):
        told_of = {
            name: said.get(f"try_line.{place}.{name}", "")
            for name in ("price", "quantity", "category", "sku")
        }
        yield basket_line(place + 1, told_of, programme.money_scale)


def _moment(text: str, programme: Programme) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=programme.zone)
    except ValueError:
        return utc_now()
