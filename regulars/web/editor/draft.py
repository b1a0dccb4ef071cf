"""A version as a whole, in words; and what may be done with a draft's parts: order, removal, files."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.programme.queries import export_version, get_programme, get_version
from regulars.contexts.programme.types import VersionView
from regulars.contexts.programme.usecases import (
    draft_version,
    import_version,
    revise_draft,
    roll_back_to,
)
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.editing import in_order, moved, without_part
from regulars.core.programme.lifecycle import VersionStatus
from regulars.core.programme.saying import say_currency, say_ladder, say_level
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language
from regulars.web.editor.samples import try_context
from regulars.web.editor.sections import SECTIONS, say_part, section_of, titled

_FILE_BYTES_MAX = 1024 * 1024
_SETTINGS = ("earning_policy", "promotion_policy", "returns", "timing", "referral", "gift_cards")


class Upload(forms.Form):
    """A programme's file and a note about it."""

    file = forms.FileField(
        label=gettext_lazy("Programme file"),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,text/yaml"}),
        help_text=gettext_lazy("YAML up to 1 MB, from another installation or an editor."),
    )
    note = forms.CharField(label=gettext_lazy("What is new"), max_length=500, required=False)


@staff_page(Permission.PROGRAMME_READ)
@require_safe
def draft_page(request: HttpRequest, number: int) -> HttpResponse:
    """The whole document in sentences; a draft's can be changed part by part."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    view = get_version(number, now=now)
    programme = get_programme(number)
    page = {
        "view": view,
        "title": text_in(dict(view.title), language()),
        "may_change": _may_change(view, by),
        "may_begin": view.status is not VersionStatus.DRAFT
        and Permission.PROGRAMME_WRITE in by.permissions,
        "lists": [_ordered(programme, name) for name in ("earning", "promotions")],
        "currencies": _currencies(programme),
        "ladder": say_ladder(programme, language()),
        "levels": _levels(programme),
        "settings": titled(_SETTINGS),
        "try_url": reverse("editor:try", args=[number]),
        **try_context(programme),
    }
    name = "draft_lists" if "HX-Request" in request.headers else "draft"
    return render(request, f"editor/{name}.html", page)


@staff_page(Permission.PROGRAMME_WRITE)
@require_POST
def begin(request: HttpRequest, number: int) -> HttpResponse:
    """A new draft with the document of a version, to be changed part by part."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    document = to_mapping(get_programme(number))
    view = in_transaction(lambda: draft_version(document, now=now, by=by))
    messages.success(request, _("Version %(number)s is a draft now.") % {"number": view.number})
    return HttpResponseRedirect(reverse("editor:draft", args=[view.number]))


@staff_page(Permission.PROGRAMME_WRITE)
@require_POST
def move(request: HttpRequest, number: int, section: str, key: str) -> HttpResponse:
    """Evaluate a rule or promotion at another place."""
    place = request.POST.get("place", "")
    if section_of(section).name not in ("earning", "promotions") or not place.isdecimal():
        return _back(request, number)
    return _revised(request, number, lambda document: moved(document, section, key, int(place[:5])))


@staff_page(Permission.PROGRAMME_WRITE)
@require_POST
def remove(request: HttpRequest, number: int, section: str, key: str) -> HttpResponse:
    """Take a part out of the draft."""
    return _revised(
        request, number, lambda document: without_part(document, section_of(section).name, key)
    )


@staff_page(Permission.PROGRAMME_READ)
@require_safe
def download(request: HttpRequest, number: int) -> HttpResponse:
    """The version as a file that any installation takes."""
    view = get_version(number, now=utc_now())
    response = HttpResponse(export_version(number), content_type="application/yaml; charset=utf-8")
    name = f"programme-{view.code}-{number}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@staff_page(Permission.PROGRAMME_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """A draft from a file, or everything that is wrong with it and where."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    form = Upload(request.POST or None, request.FILES or None)
    problems: list[dict[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            view = in_transaction(lambda: _imported(form.cleaned_data, now, by))
        except ProgrammeInvalid as invalid:
            problems = [
                {"pointer": each.pointer, "text": each.sentence(language())}
                for each in invalid.problems
            ]
        except Refused as refusal:
            form.add_error("file", told(request, refusal))
        except UnicodeDecodeError:
            form.add_error("file", _("This is no text in UTF-8."))
        else:
            messages.success(request, _("Kept as version %(number)s.") % {"number": view.number})
            return HttpResponseRedirect(reverse("console:version", args=[view.number]))
    page = {"form": form, "problems": problems}
    wrong = bool(form.errors or problems)
    return render(request, "editor/upload.html", page, status=422 if wrong else 200)


@staff_page(Permission.PROGRAMME_PUBLISH, step_up=True)
@require_POST
def roll_back(request: HttpRequest, number: int) -> HttpResponse:
    """Put a version that has been in force in force again, at once."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    try:
        in_transaction(lambda: roll_back_to(number, now=now, by=by))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    else:
        said = _("Version %(number)s is in force again.") % {"number": number}
        messages.success(request, said)
    return HttpResponseRedirect(reverse("console:version", args=[number]))


def _imported(said: dict[str, Any], now: datetime, by: Actor) -> VersionView:
    file = said["file"]
    if file.size > _FILE_BYTES_MAX:
        raise FileTooLarge(limit=_FILE_BYTES_MAX // 1024 // 1024)
    return import_version(file.read().decode(), note=said["note"], now=now, by=by)


class FileTooLarge(Refused):
    """The file is larger than a programme may be."""

    code = "programme.file_too_large"
    kind = "invalid"


def _revised(request: HttpRequest, number: int, change: Any) -> HttpResponse:
    """Change the draft's document; what no longer holds together is told, and nothing is kept."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    seen = request.POST.get("seen", "")[:64] or None

    def work() -> None:
        document = change(to_mapping(get_programme(number)))
        revise_draft(number, document, seen_digest=seen, now=now, by=by)

    try:
        in_transaction(work)
    except ProgrammeInvalid as invalid:
        messages.error(request, " ".join(one.sentence(language()) for one in invalid.problems[:3]))
    except Refused as refusal:
        messages.error(request, told(request, refusal))
    return _back(request, number)


def _back(request: HttpRequest, number: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("editor:draft", args=[number]))


def _may_change(view: VersionView, by: Actor) -> bool:
    return view.status is VersionStatus.DRAFT and Permission.PROGRAMME_WRITE in by.permissions


def _ordered(programme: Programme, name: str) -> dict[str, Any]:
    """A section's parts in their order of evaluation, each in a sentence."""
    document = to_mapping(programme)
    section = SECTIONS[name]
    titles = {each.id: each.title for each in getattr(programme, name)}
    items = in_order(document, name)
    return {
        "section": section,
        "rows": [
            {
                "key": item["id"],
                "title": text_in(titles[item["id"]], language()),
                "sentence": say_part(section, programme, item["id"], language()),
                "off": item.get("enabled") is False,
                "up": place - 1 if place else None,
                "down": place + 1 if place + 1 < len(items) else None,
            }
            for place, item in enumerate(items)
        ],
    }


def _currencies(programme: Programme) -> list[dict[str, str]]:
    return [
        {
            "code": code,
            "title": text_in(currency.title, language()),
            "sentence": say_currency(currency, programme, language()),
        }
        for code, currency in programme.currencies.items()
    ]


def _levels(programme: Programme) -> list[dict[str, str]]:
    levels = programme.tiers.levels if programme.tiers else ()
    return [
        {
            "title": text_in(level.title, language()),
            "sentence": say_level(level, programme, language()),
        }
        for level in levels
    ]
