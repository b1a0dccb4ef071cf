"""What keys may do, in words."""

from collections.abc import Iterable

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.contexts.security.types import Scope

TITLES: dict[Scope, Promise] = {
    Scope.TILL_SALES: _("sell: find members, quote and commit sales"),
    Scope.TILL_RETURNS: _("take goods back"),
    Scope.TILL_ENROL: _("enrol members"),
    Scope.TILL_REWARDS: _("hand out rewards"),
    Scope.TILL_STATEMENTS: _("tell members their movements"),
    Scope.MEMBERS_READ: _("read members without contacts"),
    Scope.MEMBERS_CONTACTS: _("read contacts of members"),
    Scope.MEMBERS_WRITE: _("enrol and change members"),
    Scope.MEMBERS_SUPPORT: _("block, merge and help members"),
    Scope.MEMBERS_ERASE: _("erase members"),
    Scope.MEMBERS_IMPORT: _("import members"),
    Scope.MEMBERS_EXPORT: _("export data of members"),
    Scope.CONSENTS_WRITE: _("publish consent texts"),
    Scope.CARDS_ISSUE: _("draw and print cards"),
    Scope.LEDGER_READ: _("read balances and movements"),
    Scope.LEDGER_ADJUST: _("correct points"),
    Scope.PROGRAMME_READ: _("read the programme"),
    Scope.PROGRAMME_WRITE: _("draft the programme"),
    Scope.PROGRAMME_PUBLISH: _("publish the programme"),
    Scope.REWARDS_READ: _("read rewards and orders"),
    Scope.REWARDS_WRITE: _("change rewards and coupons"),
    Scope.REWARDS_REDEEM: _("give rewards and coupons to members"),
    Scope.PLACES_READ: _("read stores and tills"),
    Scope.PLACES_WRITE: _("set up stores and tills"),
    Scope.RECEIPTS_IMPORT: _("import receipts"),
    Scope.REPORTS_READ: _("read figures and reports"),
    Scope.STUDIES_RUN: _("run simulations"),
    Scope.PLANS_WRITE: _("change plans"),
    Scope.PERIODS_CLOSE: _("close months"),
    Scope.KEYS_WRITE: _("issue and end keys"),
    Scope.STAFF_WRITE: _("manage staff"),
    Scope.BRAND_WRITE: _("change the brand"),
    Scope.AUDIT_READ: _("read the audit trail"),
    Scope.APPROVALS: _("approve as a second person"),
}

# The areas of scopes of programs: under which heading each stands, by what it begins with.
AREAS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (_("Members"), ("members", "consents", "cards")),
    (_("Points"), ("ledger",)),
    (_("Programme"), ("programme",)),
    (_("Rewards"), ("rewards",)),
    (_("Stores and receipts"), ("places", "receipts")),
    (_("Figures"), ("reports", "studies", "plans", "periods")),
    (_("Installation"), ("keys", "staff", "brand", "audit", "approvals")),
)


class ScopesByArea(forms.CheckboxSelectMultiple):
    """Check boxes under the headings of their areas."""

    template_name = "office/scopes.html"


def scope_titles(scopes: Iterable[Scope]) -> list[str]:
    """The scopes in words, always in one order."""
    held = frozenset(scopes)
    return [str(title) for scope, title in TITLES.items() if scope in held]


def scope_choices(scopes: Iterable[Scope]) -> list[tuple[str, Promise]]:
    """The scopes for a form to choose from, always in one order."""
    held = frozenset(scopes)
    return [(scope.value, title) for scope, title in TITLES.items() if scope in held]


def scope_areas(scopes: Iterable[Scope]) -> list[tuple[Promise, list[tuple[str, Promise]]]]:
    """The same under the headings of their areas; areas of which there is none are left out."""
    choices = scope_choices(scopes)
    found = [
        (title, [one for one in choices if one[0].partition(":")[0] in begins])
        for title, begins in AREAS
    ]
    return [(title, some) for title, some in found if some]
