"""One part of a draft in a form of its own: changed, checked and said in words while one types."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from regulars.contexts.programme.queries import get_programme, get_version
from regulars.contexts.programme.types import VersionView
from regulars.contexts.programme.usecases import revise_draft
from regulars.contexts.security.types import Actor, Permission
from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.editing import KEYED, find_part, put_part
from regulars.core.programme.problems import Problem
from regulars.core.refusal import Refused
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.design.faces import language
from regulars.web.editor.controls import Around, blame
from regulars.web.editor.posted import changed_rows, is_about_rows, posted_of
from regulars.web.editor.reading import Posted, read_model
from regulars.web.editor.samples import answer, try_context
from regulars.web.editor.sections import (
    Layout,
    Section,
    blank,
    layout_of,
    say_alone,
    say_part,
    section_of,
)


@dataclass(slots=True)
class Work:
    """A part being changed: the draft it stands in, what was typed, and what came of it."""

    view: VersionView
    before: Programme
    section: Section
    key: str
    new: bool
    plain: Any
    after: Programme | None = None
    problems: tuple[Problem, ...] = ()
    elsewhere: tuple[str, ...] = ()
    sentence: str = ""


@staff_page(Permission.PROGRAMME_WRITE)
@require_http_methods(["GET", "HEAD", "POST"])
def part_page(request: HttpRequest, number: int, section: str, key: str = "") -> HttpResponse:
    """The form of a part; kept when everything is right, else shown with what is wrong."""
    now, by = utc_now(), request.actor  # type: ignore[attr-defined]
    posted = posted_of(request.POST) if request.method == "POST" else None
    work = open_work(number, section, key, posted, now)
    asks = posted is None or is_about_rows(posted) or "HX-Request" in request.headers
    errors: list[str] = []
    if posted is not None and not asks and work.after is not None:
        try:
            in_transaction(lambda: _keep(work, posted, now, by))
        except Refused as refusal:
            errors.append(told(request, refusal))
        else:
            messages.success(request, _("Kept in version %(number)s.") % {"number": number})
            return HttpResponseRedirect(reverse("editor:draft", args=[number]))
    layout = _layout(work)
    errors += blame(layout.all, work.problems if not asks else (), language())
    if not asks:
        errors += work.elsewhere
    page = _page(work, layout, errors, posted)
    if "HX-Request" in request.headers:
        return render(request, "editor/part_form.html", page)
    page |= try_context(work.after or work.before)
    wrong = posted is not None and not asks
    return render(request, "editor/part.html", page, status=422 if wrong else 200)


@staff_page(Permission.PROGRAMME_WRITE)
@require_POST
def preview(request: HttpRequest, number: int, section: str, key: str = "") -> HttpResponse:
    """What the part would say, and what is wrong with it, while it is typed."""
    work = open_work(number, section, key, posted_of(request.POST), utc_now())
    labels = {each.pointer: each.label for control in _layout(work).all for each in control.walk()}
    said = [
        (_nearest(labels, problem.pointer), problem.sentence(language()))
        for problem in work.problems
    ]
    page = {"sentence": work.sentence, "problems": said, "elsewhere": work.elsewhere}
    return render(request, "editor/part_preview.html", page)


@staff_page(Permission.PROGRAMME_WRITE)
@require_POST
def try_part(request: HttpRequest, number: int, section: str, key: str = "") -> HttpResponse:
    """What the version would make of a basket with the part as it is typed, as far as it is sound."""
    work = open_work(number, section, key, posted_of(request.POST), utc_now())
    return answer(request, work.after or work.before)


def open_work(number: int, section: str, key: str, posted: Posted | None, now: datetime) -> Work:
    """A part as it stands in the draft, or as it was posted. Raises NotFound."""
    view = get_version(number, now=now)
    before = get_programme(number)
    found = section_of(section)
    document = to_mapping(before)
    new = found.many and not key
    if posted is None:
        plain = blank(found, document) if new else find_part(document, section, key)[0]
        return _said(Work(view, before, found, key, new, plain))
    if not new:
        find_part(document, section, key)
    plain = read_model(found.model, changed_rows(dict(posted)), "")
    if section in KEYED and not new:
        plain["id"] = key
    if section in KEYED and new:
        key = str(plain.get("id", ""))
    if section == "currencies" and new:
        key = posted.get("code", [""])[-1].strip()[:60]
    return _checked(Work(view, before, found, key, new, plain), document)


def _checked(work: Work, document: Mapping[str, Any]) -> Work:
    if work.new and _is_there(document, work.section.name, work.key):
        work.problems = (Problem("/id", "programme.id_taken", (("word", work.key[:40]),)),)
        return work
    candidate, pointer = put_part(document, work.section.name, work.key, work.plain)
    try:
        work.after = parse_programme(candidate)
    except ProgrammeInvalid as invalid:
        own = [each for each in invalid.problems if f"{each.pointer}/".startswith(f"{pointer}/")]
        work.problems = tuple(
            each._replace(pointer=each.pointer.removeprefix(pointer)) for each in own
        )
        work.elsewhere = tuple(
            f"{each.pointer}: {each.sentence(language())}"
            for each in invalid.problems
            if each not in own
        )
    return _said(work)


def _is_there(document: Mapping[str, Any], section: str, key: str) -> bool:
    try:
        find_part(document, section, key)
    except Refused:
        return False
    return True


def _said(work: Work) -> Work:
    if work.after is not None:
        work.sentence = say_part(work.section, work.after, work.key, language())
    elif work.plain is not None:
        work.sentence = say_alone(work.section, work.plain, work.before, language())
        work.sentence = work.sentence or (
            "" if work.problems else say_part(work.section, work.before, work.key, language())
        )
    return work


def _keep(work: Work, posted: Posted, now: datetime, by: Actor) -> None:
    assert work.after is not None
    seen = posted.get("seen", [""])[-1][:64] or None
    document = to_mapping(work.after)
    revise_draft(work.view.number, document, seen_digest=seen, now=now, by=by)


def _layout(work: Work) -> Layout:
    around = Around(to_mapping(work.before), language())
    plain = work.plain if isinstance(work.plain, Mapping) else {}
    return layout_of(work.section, plain, around, new=work.new)


def _page(work: Work, layout: Layout, errors: list[str], posted: Posted | None) -> dict[str, Any]:
    number, section = work.view.number, work.section.name
    names = [number, section] if work.new or not work.section.many else [number, section, work.key]
    seen = posted.get("seen", [""])[-1] if posted is not None else work.view.digest
    return {
        "work": work,
        "view": work.view,
        "layout": layout,
        "errors": errors,
        "seen": seen,
        "again": reverse("editor:part", args=names),
        "preview": reverse("editor:preview", args=names),
        "try_url": reverse("editor:try_part", args=names),
        "asks_code": section == "currencies" and work.new,
        "code": work.key if work.new else "",
        "problem_count": sum(len(one.errors) for each in layout.all for one in each.walk()),
    }


def _nearest(labels: Mapping[str, str], pointer: str) -> str:
    near = [each for each in labels if f"{pointer}/".startswith(f"{each}/")]
    return labels[max(near, key=len)] if near else ""
