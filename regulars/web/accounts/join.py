"""Joining: the contact is proved by a code, the consents are shown word for word, and one is a member."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, Profile
from regulars.contexts.members.usecases.consent_texts import consents_of, list_consent_texts
from regulars.contexts.members.usecases.entering import (
    MemberStep,
    enter,
    find_by_contact,
)
from regulars.contexts.security.types import Actor, Permission, SessionMethod
from regulars.contexts.security.usecases.codes import carried_proof, drop_proof
from regulars.contexts.till.queries.places import find_store
from regulars.contexts.till.usecases.enrolment import enrol_with_referral
from regulars.core.identifiers import storable
from regulars.core.places import is_code
from regulars.core.refusal import Refused
from regulars.integrations.social.providers import PROVIDERS
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.cookies import half_token
from regulars.web.accounts.device import device_of
from regulars.web.accounts.forms import blame
from regulars.web.accounts.guard import find_member, public_page
from regulars.web.accounts.member_sign_in import HOME, begin_member_here, contact_page
from regulars.web.accounts.refusals import language_of

CHANNEL = "web"
DOOR = Actor("system", "join_page", None, frozenset({Permission.MEMBERS_WRITE}))
_KEPT_S = 3600
_METHODS: dict[IdentifierKind, SessionMethod] = {
    IdentifierKind.EMAIL: "email",
    IdentifierKind.PHONE: "phone",
    IdentifierKind.EXTERNAL: "social",
}


class Joining(forms.Form):
    """Who joins, and what they agree to; one box for each purpose."""

    given_name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "given-name", "autofocus": True}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    birthday = forms.DateField(
        label=gettext_lazy("Birthday"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}),
    )
    friend = forms.CharField(
        label=gettext_lazy("Code of who brought you"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, texts: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for text in texts:
            title, body = text.title.get(language, ""), text.body.get(language, "")
            told = format_html(
                "<details><summary>{}</summary>{}</details>", _("Read what it says"), body
            )
            # Required ones are checked by the use case: its sentence says why.
            self.fields[f"consent_{text.purpose}"] = forms.BooleanField(
                label=title, help_text=told, required=False
            )


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """First a contact and its code, then name and consents."""
    if find_member(request) is not None:
        return HttpResponseRedirect(HOME)
    token = half_token(request, "join")
    proof = in_transaction(lambda: carried_proof(token, now=utc_now())) if token else None
    if proof is None:
        response = contact_page(request, "accounts/join.html", HOME)
        return _keep_way_here(request, response)
    texts, language = list_consent_texts(), language_of(request)
    kept = {"friend": request.COOKIES.get("friend", "")}
    form = Joining(request.POST or None, texts=texts, language=language, initial=kept)
    if request.method == "POST" and form.is_valid():
        try:
            step = in_transaction(lambda: _joined(request, token, form.cleaned_data))
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            response = HttpResponseRedirect(HOME)
            begin_member_here(request, response, step)
            response.delete_cookie("friend")
            response.delete_cookie("store")
            return response
    status = 422 if request.method == "POST" else 200
    shown = {
        "form": form,
        "texts": texts,
        "contact": _shown(*proof),
        "by_social": proof[0] == "external",
    }
    return render(request, "accounts/join_form.html", shown, status=status)


def _shown(kind: str, contact: str) -> str:
    """What was proved, as its owner knows it: of a social account only who vouches for it."""
    if kind != IdentifierKind.EXTERNAL:
        return contact
    return PROVIDERS[contact.split(":")[1]].title


def _joined(request: HttpRequest, token: str, told: dict[str, Any]) -> MemberStep:
    """The new member, or the one who became it meanwhile. Raises what enrolling raises."""
    now, language = utc_now(), language_of(request)
    proof = carried_proof(token, now=now)
    if proof is None:
        return MemberStep(refused="factor.too_late")
    kind, contact = IdentifierKind(proof[0]), proof[1]
    texts = list_consent_texts()
    agreed = frozenset(text.purpose for text in texts if told.get(f"consent_{text.purpose}"))
    born: date | None = told["birthday"]
    enrolment = Enrolment(
        identifiers=(Identifier(kind, contact),),
        profile=Profile(
            given_name=storable(told["given_name"]), family_name=storable(told["family_name"])
        ),
        birthday=born,
        consents=consents_of(texts, agreed, channel=CHANNEL),
        language="ru" if language == "ru" else "en",
        store=_store(request),
    )
    method = _METHODS[kind]
    member = find_by_contact(kind, contact)
    if member is None:
        enrolled, _award, _refused = enrol_with_referral(
            enrolment, told["friend"].strip(), now=now, by=DOOR
        )
        member = enrolled.member
    drop_proof(token)
    return enter(member, method, device=device_of(request), now=now)


def _keep_way_here(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Remember by which door and friend somebody came: `?store=` of a QR, `?friend=` of a code."""
    for name in ("store", "friend"):
        told = request.GET.get(name, "")
        if is_code(told):
            response.set_cookie(
                name,
                told,
                max_age=_KEPT_S,
                secure=settings.BEHIND_TLS,
                httponly=True,
                samesite="Lax",
            )
    return response


def _store(request: HttpRequest) -> str | None:
    told = request.COOKIES.get("store", "")
    found = find_store(told) if is_code(told) else None
    return found.code if found else None
