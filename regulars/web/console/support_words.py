"""Requests to support in words: kinds, and how near their deadline is."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.contexts.members.types import SupportRequestView

KINDS: dict[str, tuple[Promise, str]] = {
    "missing_points": (gettext_lazy("Missing points"), "coins"),
    "dispute": (gettext_lazy("Dispute"), "scale"),
    "lost_card": (gettext_lazy("Lost card"), "credit-card"),
    "erasure": (gettext_lazy("Erasure of data"), "user-x"),
    "other": (gettext_lazy("Something else"), "message"),
}
_SOON = timedelta(days=1)


def request_row(view: SupportRequestView, now: datetime) -> dict[str, Any]:
    """A request as lists show it."""
    title, icon = KINDS[view.kind]
    kind, text = _state(view, now)
    return {"view": view, "title": str(title), "icon": icon, "badge_kind": kind, "badge": text}


def _state(view: SupportRequestView, now: datetime) -> tuple[str, str]:
    if view.decision == "done":
        return "good", _("done")
    if view.decision == "refused":
        return "", _("refused")
    if view.due_at < now:
        return "bad", _("overdue")
    return ("warn", _("due soon")) if view.due_at - now < _SOON else ("info", _("to answer"))
