"""Which role and which scope allows what. What stands in neither table is denied."""

from regulars.contexts.security.types import Permission, Plane, Role, Scope

_TILL = frozenset(
    {
        Permission.TILL_IDENTIFY,
        Permission.TILL_QUOTE,
        Permission.TILL_SELL,
        Permission.TILL_RETURN,
        Permission.TILL_ENROL,
        Permission.TILL_REDEEM,
        Permission.TILL_STATEMENT,
    }
)
_READING = frozenset(
    {
        Permission.MEMBERS_READ,
        Permission.LEDGER_READ,
        Permission.PROGRAMME_READ,
        Permission.REWARDS_READ,
        Permission.PLACES_READ,
        Permission.REPORTS_READ,
    }
)

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MARKETER: _READING
    | {
        Permission.PROGRAMME_WRITE,
        Permission.PROGRAMME_APPROVE,
        Permission.PROGRAMME_PUBLISH,
        Permission.REWARDS_WRITE,
        Permission.CARDS_ISSUE,
        Permission.BRAND_WRITE,
        Permission.CONSENTS_READ,
        Permission.RECEIPTS_IMPORT,
        Permission.STUDIES_RUN,
        Permission.PLANS_WRITE,
    },
    Role.CONTROLLER: _READING
    | {
        Permission.STUDIES_RUN,
        Permission.PLANS_WRITE,
        Permission.PERIODS_CLOSE,
        Permission.PERIODS_REOPEN,
        Permission.LEDGER_APPROVE,
        Permission.PROGRAMME_APPROVE,
        Permission.AUDIT_READ,
        Permission.STAFF_READ,
        Permission.KEYS_READ,
    },
    Role.SUPPORT: _READING
    | {
        Permission.MEMBERS_CONTACTS,
        Permission.MEMBERS_WRITE,
        Permission.MEMBERS_SUPPORT,
        Permission.MEMBERS_ERASE,
        Permission.CONSENTS_READ,
        Permission.CONSENTS_WRITE,
        Permission.LEDGER_ADJUST,
        Permission.REWARDS_REDEEM,
        Permission.TILL_STATEMENT,
    },
    Role.CASHIER: _TILL,
    Role.AUDITOR: _READING
    | {
        Permission.CONSENTS_READ,
        Permission.AUDIT_READ,
        Permission.STAFF_READ,
        Permission.KEYS_READ,
    },
    Role.INTEGRATOR: _READING
    | {
        Permission.MEMBERS_WRITE,
        Permission.MEMBERS_IMPORT,
        Permission.CONSENTS_WRITE,
        Permission.RECEIPTS_IMPORT,
        Permission.PLACES_WRITE,
        Permission.KEYS_READ,
        Permission.KEYS_WRITE,
    },
}

SCOPE_PERMISSIONS: dict[Scope, frozenset[Permission]] = {
    Scope.TILL_SALES: frozenset(
        {Permission.TILL_IDENTIFY, Permission.TILL_QUOTE, Permission.TILL_SELL}
    ),
    Scope.TILL_RETURNS: frozenset({Permission.TILL_IDENTIFY, Permission.TILL_RETURN}),
    Scope.TILL_ENROL: frozenset({Permission.TILL_IDENTIFY, Permission.TILL_ENROL}),
    Scope.TILL_REWARDS: frozenset({Permission.TILL_IDENTIFY, Permission.TILL_REDEEM}),
    Scope.TILL_STATEMENTS: frozenset({Permission.TILL_IDENTIFY, Permission.TILL_STATEMENT}),
    Scope.MEMBERS_READ: frozenset({Permission.MEMBERS_READ, Permission.CONSENTS_READ}),
    Scope.MEMBERS_CONTACTS: frozenset({Permission.MEMBERS_READ, Permission.MEMBERS_CONTACTS}),
    Scope.MEMBERS_WRITE: frozenset({Permission.MEMBERS_READ, Permission.MEMBERS_WRITE}),
    Scope.MEMBERS_SUPPORT: frozenset({Permission.MEMBERS_READ, Permission.MEMBERS_SUPPORT}),
    Scope.MEMBERS_ERASE: frozenset({Permission.MEMBERS_READ, Permission.MEMBERS_ERASE}),
    Scope.MEMBERS_IMPORT: frozenset({Permission.MEMBERS_IMPORT}),
    Scope.MEMBERS_EXPORT: frozenset({Permission.MEMBERS_READ, Permission.MEMBERS_EXPORT}),
    Scope.CONSENTS_WRITE: frozenset({Permission.CONSENTS_READ, Permission.CONSENTS_WRITE}),
    Scope.CARDS_ISSUE: frozenset({Permission.CARDS_ISSUE}),
    Scope.LEDGER_READ: frozenset({Permission.LEDGER_READ}),
    Scope.LEDGER_ADJUST: frozenset({Permission.LEDGER_READ, Permission.LEDGER_ADJUST}),
    Scope.PROGRAMME_READ: frozenset({Permission.PROGRAMME_READ}),
    Scope.PROGRAMME_WRITE: frozenset({Permission.PROGRAMME_READ, Permission.PROGRAMME_WRITE}),
    Scope.PROGRAMME_PUBLISH: frozenset({Permission.PROGRAMME_READ, Permission.PROGRAMME_PUBLISH}),
    Scope.REWARDS_READ: frozenset({Permission.REWARDS_READ}),
    Scope.REWARDS_WRITE: frozenset({Permission.REWARDS_READ, Permission.REWARDS_WRITE}),
    Scope.REWARDS_REDEEM: frozenset({Permission.REWARDS_READ, Permission.REWARDS_REDEEM}),
    Scope.PLACES_READ: frozenset({Permission.PLACES_READ}),
    Scope.PLACES_WRITE: frozenset({Permission.PLACES_READ, Permission.PLACES_WRITE}),
    Scope.RECEIPTS_IMPORT: frozenset({Permission.RECEIPTS_IMPORT}),
    Scope.REPORTS_READ: frozenset({Permission.REPORTS_READ}),
    Scope.STUDIES_RUN: frozenset({Permission.REPORTS_READ, Permission.STUDIES_RUN}),
    Scope.PLANS_WRITE: frozenset({Permission.REPORTS_READ, Permission.PLANS_WRITE}),
    Scope.PERIODS_CLOSE: frozenset({Permission.REPORTS_READ, Permission.PERIODS_CLOSE}),
    Scope.KEYS_WRITE: frozenset({Permission.KEYS_READ, Permission.KEYS_WRITE}),
    Scope.STAFF_WRITE: frozenset({Permission.STAFF_READ, Permission.STAFF_WRITE}),
    Scope.BRAND_WRITE: frozenset({Permission.BRAND_WRITE}),
    Scope.AUDIT_READ: frozenset({Permission.AUDIT_READ}),
    Scope.APPROVALS: frozenset(
        {Permission.LEDGER_APPROVE, Permission.PROGRAMME_APPROVE, Permission.PERIODS_REOPEN}
    ),
}


def plane_of(scope: Scope) -> Plane:
    """The plane a scope belongs to; a key has scopes of one plane only."""
    return Plane.TILL if scope.value.startswith("till:") else Plane.MANAGE


def permissions_of_scopes(scopes: frozenset[Scope]) -> frozenset[Permission]:
    """All that any of the scopes allows."""
    return frozenset().union(*(SCOPE_PERMISSIONS[scope] for scope in scopes))


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that have a permission."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)
