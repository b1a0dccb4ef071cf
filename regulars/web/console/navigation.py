"""The console's sections: which there are, in which order, and who sees them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.contexts.security.types import Permission


@dataclass(frozen=True, slots=True)
class Section:
    """One entry: the view's name, and a permission of which one is enough; none: for everybody."""

    view: str
    title: Promise
    icon: str
    permissions: tuple[Permission, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as it is shown."""

    title: str
    url: str
    icon: str
    current: bool
    count: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that belong together under a title, which may be empty."""

    title: str
    items: tuple[Item, ...]


_P = Permission
GROUPS: tuple[tuple[Promise | str, tuple[Section, ...]], ...] = (
    (
        "",
        (
            Section("console:home", _("Home"), "home"),
            Section(
                "console:approvals", _("Approvals"), "clipboard-check",
                (_P.LEDGER_APPROVE, _P.PROGRAMME_APPROVE, _P.PERIODS_REOPEN, _P.LEDGER_ADJUST),
            ),
            Section("console:members", _("Members"), "users", (_P.MEMBERS_READ,)),
            Section("console:support", _("Support"), "message", (_P.MEMBERS_SUPPORT,)),
        ),
    ),
    (
        _("Programme"),
        (
            Section("console:versions", _("Rules and versions"), "versions", (_P.PROGRAMME_READ,)),
            Section("offers:rewards", _("Rewards"), "gift", (_P.REWARDS_READ,)),
            Section("offers:coupons", _("Coupons"), "ticket", (_P.REWARDS_READ,)),
            Section("office:cards", _("Cards"), "credit-card", (_P.CARDS_ISSUE,)),
            Section("office:gift_cards", _("Gift cards"), "gift-card", (_P.REWARDS_READ,)),
        ),
    ),
    (
        _("Figures"),
        (
            Section("planning:plans", _("Plan"), "target-arrow", (_P.REPORTS_READ,)),
            Section("planning:simulations", _("Simulation"), "player-play", (_P.REPORTS_READ,)),
            Section("insight:figures", _("Analytics"), "chart-bar", (_P.REPORTS_READ,)),
            Section("insight:liability", _("Liability"), "scale", (_P.REPORTS_READ,)),
        ),
    ),
    (
        _("Installation"),
        (
            Section("office:places", _("Stores and tills"), "building-store", (_P.PLACES_READ,)),
            Section("intake:imports", _("Import"), "file-import", (_P.RECEIPTS_IMPORT,)),
            Section("accounts:consents", _("Consents"), "file-text", (_P.CONSENTS_READ,)),
            Section("accounts:staff", _("Staff"), "id-badge-2", (_P.STAFF_READ,)),
            Section("office:keys", _("API keys"), "key", (_P.KEYS_READ,)),
            Section("console:brand", _("Brand"), "palette", (_P.BRAND_WRITE,)),
            Section("console:audit", _("Audit trail"), "shield-check", (_P.AUDIT_READ,)),
        ),
    ),
)  # fmt: skip


def groups_for(request: HttpRequest) -> tuple[Group, ...]:
    """What the person signed in may open, of what this installation has; nothing for strangers."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return ()
    found = []
    for title, sections in GROUPS:
        items = tuple(_shown(sections, request, actor.permissions))
        if items:
            found.append(Group(str(title), items))
    return tuple(found)


def _shown(
    sections: tuple[Section, ...], request: HttpRequest, held: frozenset[Permission]
) -> Iterator[Item]:
    for section in sections:
        if section.permissions and not held.intersection(section.permissions):
            continue
        try:
            url = reverse(section.view)
        except NoReverseMatch:
            continue
        here = (
            request.path == url if url == reverse("console:home") else request.path.startswith(url)
        )
        yield Item(str(section.title), url, section.icon, here)
