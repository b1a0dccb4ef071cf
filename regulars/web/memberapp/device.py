"""The app on a device: the secret its codes are computed from, working offline, installing."""

import base64

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from regulars.contexts.members.usecases.codes import register_code_device
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.device import device_of
from regulars.web.accounts.guard import member_page, public_page
from regulars.web.design.brand import current_brand
from regulars.web.offline import manifest, worker

_FILES = (
    *(f"memberapp/{name}.js" for name in ("app", "card", "code", "keeping")),
    "memberapp/app.css",
    "vendor/qr.js",
)


@member_page
@require_POST
def code_device(request: HttpRequest) -> HttpResponse:
    """What this session's device shows codes by; told only to the member, over their own session."""
    made = in_transaction(
        lambda: register_code_device(
            request.member,  # type: ignore[attr-defined]
            device_of(request),
            device=request.session_view.id,  # type: ignore[attr-defined]
            now=utc_now(),
            by=request.actor,  # type: ignore[attr-defined]
        )
    )
    secret = base64.b64encode(made.secret).decode()
    return JsonResponse({"tag": made.tag, "secret": secret, "member": str(request.member.id)})  # type: ignore[attr-defined]


@public_page
@require_safe
def app_worker(request: HttpRequest) -> HttpResponse:
    """What keeps the card and the last known balance for times without a network."""
    ends = reverse("accounts:member_sign_out")
    shown = current_brand().name
    home = (reverse("memberapp:home"),)
    return worker("app", home, _FILES, "/app/", ends=ends, notices=shown)


@public_page
@require_safe
def app_manifest(request: HttpRequest) -> HttpResponse:
    """What makes the app installable, by the name of the business."""
    name = current_brand().name
    return manifest(request, name, "/app/", name)
