"""The texts that people agree to: which are in force, what they said before, and a new version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from regulars.contexts.members.usecases.consent_texts import (
    BODY_MAX,
    TITLE_MAX,
    Wording,
    list_consent_texts,
    list_versions_of,
    publish_consent_text,
)
from regulars.contexts.security.types import Permission
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.forms import blame
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import language_of


class NewText(forms.Form):
    """A consent in both languages."""

    title_en = forms.CharField(label=gettext_lazy("Title in English"), max_length=TITLE_MAX)
    body_en = forms.CharField(
        label=gettext_lazy("Text in English"), max_length=BODY_MAX, widget=forms.Textarea
    )
    title_ru = forms.CharField(label=gettext_lazy("Title in Russian"), max_length=TITLE_MAX)
    body_ru = forms.CharField(
        label=gettext_lazy("Text in Russian"), max_length=BODY_MAX, widget=forms.Textarea
    )
    required = forms.BooleanField(
        label=gettext_lazy("Nobody can be a member without it"), required=False
    )
    offered = forms.BooleanField(label=gettext_lazy("Ask for it from now on"), required=False)


@staff_page(Permission.CONSENTS_READ)
@require_safe
def texts(request: Any) -> HttpResponse:
    """The latest text of every purpose."""
    language = language_of(request)
    found = [
        (one, one.title.get(language, one.purpose))
        for one in list_consent_texts(offered_only=False)
    ]
    return render(request, "accounts/consents.html", {"texts": found})


@staff_page(Permission.PROGRAMME_PUBLISH, step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: Any, purpose: str) -> HttpResponse:
    """The next version of one purpose; the versions before it stay as they were agreed to."""
    versions = list_versions_of(purpose)
    if not versions:
        raise Http404
    last = versions[0]
    kept: dict[str, Any] = {f"title_{code}": text for code, text in last.title.items()}
    kept |= {f"body_{code}": text for code, text in last.body.items()}
    kept |= {"required": last.required, "offered": last.offered}
    form = NewText(request.POST or None, initial=kept)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        words = {
            code: Wording(told[f"title_{code}"], told[f"body_{code}"]) for code in ("en", "ru")
        }
        try:
            in_transaction(
                lambda: publish_consent_text(
                    purpose,
                    words,
                    required=told["required"],
                    offered=told["offered"],
                    now=utc_now(),
                    by=request.actor,
                )
            )
        except Refused as refusal:
            blame(form, refusal, request)
        else:
            messages.success(request, _("The new text is in force."))
            return HttpResponseRedirect(reverse("accounts:consents"))
    shown = {
        "form": form,
        "title": last.title.get(language_of(request), purpose),
        "versions": versions,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/consent.html", shown, status=status)
