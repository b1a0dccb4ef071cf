"""Notices to this device: switched on and off by the member, for this browser only."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from regulars.contexts.ledger.queries import account_version
from regulars.contexts.security.ports import sends_push
from regulars.contexts.security.types import Holder
from regulars.contexts.security.usecases.push import (
    PushMalformed,
    switch_push_off,
    switch_push_on,
)
from regulars.core.refusal import NotFound
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import member_page
from regulars.web.accounts.member_sign_in import session_actor
from regulars.web.accounts.sign_in import answer_in


class PushOff(NotFound):
    """The installation sends no notices."""

    code = "push.off"


@member_page
@require_POST
def switch_on(request: Any) -> HttpResponse:
    """Take where this browser has its notices handed in; from now on it gets them."""
    if not sends_push():
        raise PushOff
    endpoint, key, auth = _told(answer_in(request))

    def work() -> None:
        switch_push_on(
            request.session_view,
            Holder("member", request.member.id),
            endpoint,
            key,
            auth,
            language=request.language,
            told=account_version(request.member),
            now=utc_now(),
            by=session_actor(request),
        )

    in_transaction(work)
    return JsonResponse({"on": True})


@member_page
@require_POST
def switch_off(request: Any) -> HttpResponse:
    """This browser gets nothing more."""
    by = session_actor(request)
    in_transaction(lambda: switch_push_off(request.session_view, now=utc_now(), by=by))
    return JsonResponse({"on": False})


def _told(answer: Mapping[str, Any]) -> tuple[str, str, str]:
    """What a subscription of the browser names. Raises PushMalformed."""
    keys = answer.get("keys")
    if not isinstance(keys, dict):
        raise PushMalformed
    match answer.get("endpoint"), keys.get("p256dh"), keys.get("auth"):
        case str(endpoint), str(key), str(auth):
            return endpoint, key, auth
    raise PushMalformed
