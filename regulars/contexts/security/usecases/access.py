"""May this actor do that: the one question every use case asks first."""

from regulars.contexts.security.types import Actor, Permission
from regulars.core.refusal import Refused


class PermissionMissing(Refused):
    """The actor may not do this."""

    code = "access.permission_missing"
    kind = "forbidden"


def require(actor: Actor, permission: Permission) -> None:
    """Pass in silence, or raise PermissionMissing."""
    if permission not in actor.permissions:
        raise PermissionMissing(permission=permission.value)


def require_any(actor: Actor, *permissions: Permission) -> None:
    """Pass if the actor has one of `permissions`, or raise PermissionMissing naming the first."""
    if actor.permissions.isdisjoint(permissions):
        raise PermissionMissing(permission=permissions[0].value)
