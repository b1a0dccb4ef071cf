"""A rule's «no» as a page, a fragment or JSON, with the status that fits."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import get_language

from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import LANGUAGES, sentence

STATUS = {
    "conflict": 409,
    "invalid": 422,
    "not_found": 404,
    "forbidden": 403,
    "unauthenticated": 401,
    "limited": 429,
    "changed": 409,
}


def language_of(request: HttpRequest) -> str:
    """The language the page is read in: en or ru."""
    found = str(getattr(request, "LANGUAGE_CODE", None) or get_language() or "en")[:2]
    return found if found in LANGUAGES else "en"


def told(request: HttpRequest, refusal: Refused) -> str:
    """The sentence of a refusal in the language of the page."""
    return sentence(refusal.code, refusal.params, language_of(request))


def refusal_response(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The refusal, as what was asked for can show it."""
    status = STATUS.get(refusal.kind, 409)
    says = told(request, refusal)
    response: HttpResponse
    if "application/json" in request.headers.get("Accept", ""):
        response = JsonResponse({"code": refusal.code, "detail": says}, status=status)
    elif request.headers.get("HX-Request") == "true":
        response = render(request, "accounts/refused_part.html", {"says": says}, status=status)
    else:
        page = {"says": says, "status": status}
        response = render(request, "accounts/refused.html", page, status=status)
    if "retry_after_s" in refusal.params:
        response["Retry-After"] = str(refusal.params["retry_after_s"])
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """What Django answers a form with that did not come from a page of ours."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"code": "request.forged"}, status=403)
    return render(request, "accounts/csrf.html", status=403)
