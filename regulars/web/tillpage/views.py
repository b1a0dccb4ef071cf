"""The till page: one page that works alone, and the customer's window beside it.

It holds nothing of anybody: what it shows comes from the API, by the till's key kept on the device.
"""

from csp.constants import WASM_UNSAFE_EVAL
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.contexts.members.usecases.consent_texts import list_consent_texts
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import public_page
from regulars.web.offline import manifest, worker
from regulars.web.tillpage.texts import page_texts

_FILES = (
    *(f"tillpage/{name}.js" for name in (
        "app", "api", "cashier", "display", "display_window", "dom", "enrol", "figures", "keeping",
        "member", "queue", "result", "returns", "sale", "scan", "shift", "spend", "state", "words",
    )),
    "tillpage/till.css",
    "vendor/barcode_reader.js",
    "vendor/zxing_reader.wasm",
)  # fmt: skip
_ICONS = (
    "alert-circle", "arrow-back-up", "camera", "check", "circle-check", "circle-x", "clock",
    "cloud-off", "cloud-upload", "coins", "edit", "history", "id-badge-2", "receipt", "scan",
    "trash", "user", "user-plus", "x",
)  # fmt: skip


@public_page
@require_safe
@csp_update({"script-src": [WASM_UNSAFE_EVAL]})
def till_page(request: HttpRequest) -> HttpResponse:
    """The page for whoever has a till's key: without one it asks for it."""
    language = request.language  # type: ignore[attr-defined]
    consents = [
        {"purpose": one.purpose, "name": one.name, "required": one.required, "title": one.title[language],
         "body": one.body[language]}
        for one in in_transaction(list_consent_texts)
    ]  # fmt: skip
    words = page_texts()
    context = {"words": words, "icons": _ICONS, "consents": consents}
    return render(request, "tillpage/till.html", context)


@public_page
@require_safe
def display_page(request: HttpRequest) -> HttpResponse:
    """The window that the customer sees: it is told what to show by the page that opened it."""
    return render(request, "tillpage/display.html", {"words": page_texts()})


@public_page
@require_safe
def till_worker(request: HttpRequest) -> HttpResponse:
    """What keeps the page for times without a network."""
    return worker("till", ("/till/", "/till/display/"), _FILES, "/till/")


@public_page
@require_safe
def till_manifest(request: HttpRequest) -> HttpResponse:
    """What makes the page installable."""
    return manifest(request, _("Till"), "/till/", _("Till"))
