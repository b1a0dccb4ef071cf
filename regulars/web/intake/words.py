"""What became of an import, in the words of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from regulars.contexts.economics.types import StudyState, StudyView
from regulars.core.wording.catalogue import sentence
from regulars.web.design.faces import language
from regulars.web.templatetags.figures import number

# What a column may hold; of a category up to three columns.
TITLES: Mapping[str, Promise | str] = {
    "occurred_at": gettext_lazy("Date, or date and time"),
    "time": gettext_lazy("Time of day, if apart"),
    "number": gettext_lazy("Receipt number"),
    "quantity": pgettext_lazy("of goods", "Quantity"),
    "price": gettext_lazy("Price of one"),
    "amount": gettext_lazy("Amount of the line"),
    "customer": gettext_lazy("Customer"),
    "store": gettext_lazy("Store"),
    "till": gettext_lazy("Till"),
    "cashier": gettext_lazy("Cashier"),
    "kind": gettext_lazy("Sale or return"),
    "reference": gettext_lazy("Sale that is returned"),
    "payment": gettext_lazy("Way of payment"),
    "channel": gettext_lazy("Channel"),
    "sku": gettext_lazy("Code of the goods"),
    "name": gettext_lazy("Goods in words"),
    "brand": gettext_lazy("Brand of the goods"),
    "category": gettext_lazy("Category"),
    "category_2": gettext_lazy("Category below it"),
    "category_3": gettext_lazy("Category below that"),
}
LOOKS = {
    StudyState.QUEUED: "info",
    StudyState.RUNNING: "info",
    StudyState.DONE: "good",
    StudyState.REFUSED: "warn",
    StudyState.FAILED: "bad",
    StudyState.CANCELLED: "",
}


def said(code: str, params: Mapping[str, object] | None = None) -> str:
    """The sentence for a code in the language of the page."""
    return sentence(code, params or {}, language())


def state_of(view: StudyView) -> dict[str, str]:
    """How it stands, as a word with its colour."""
    return {"text": said(f"study.state_{view.state}"), "kind": LOOKS[view.state]}


def told_summary(
    summary: Mapping[str, Any], columns: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The figures of an import with every reason in words, and which column was taken for what."""
    reasons = [{**one, "says": said(one["code"], one["params"])} for one in summary["reasons"]]
    first = [{**one, "says": said(one["code"], one["params"])} for one in summary["first"]]
    created, early, alone = summary["created"], summary["early"], summary["anonymous"]
    return {
        "done": {**summary, "reasons": reasons, "first": first},
        "already": summary["sales"]["already"] + summary["returns"]["already"],
        "new_members": ngettext(
            "%(count)s new member", "%(count)s new members", created
        ) % {"count": number(created)},
        "early": ngettext(
            "%(count)s receipt is from before any version of the programme was in force (the first: "
            "%(day)s) and is rejected.",
            "%(count)s receipts are from before any version of the programme was in force (the "
            "first: %(day)s) and are rejected.",
            early,
        ) % {"count": number(early), "day": summary["early_first"]},
        "anonymous": ngettext(
            "%(count)s sale of a customer whom nobody knows goes in without a member.",
            "%(count)s sales of customers whom nobody knows go in without a member.",
            alone,
        ) % {"count": number(alone)},
        "columns_taken": [
            (str(TITLES[field]), ", ".join(columns[field])) for field in TITLES if field in columns
        ],
    }  # fmt: skip
