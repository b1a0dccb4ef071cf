"""Simulations and searches as studies: asked for, watched, compared, their files fetched, called off."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.contexts.economics.queries.studies import (
    StudyFilesGone,
    StudyNotFound,
    get_study,
    get_study_file,
    list_studies,
)
from regulars.contexts.economics.types import StudyState, StudyView
from regulars.contexts.economics.usecases.studies import cancel_study, request_study
from regulars.contexts.security.types import Permission
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.database.home import default_home
from regulars.kit.paging import cursor_id, make_cursor, read_cursor
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import media_type, study_folder
from regulars.studies.requests import read_request
from regulars.web.accounts.guard import staff_page
from regulars.web.accounts.refusals import told
from regulars.web.console.audit_words import colleagues
from regulars.web.design.charts import Chart, Series
from regulars.web.design.faces import language, programme
from regulars.web.planning.asking import Replay, Search, Simulation
from regulars.web.templatetags.figures import money_whole, number, share

KINDS = ("simulation", "optimisation")
_PAGE = 30
_LOOKS = {
    StudyState.QUEUED: "info",
    StudyState.RUNNING: "info",
    StudyState.DONE: "good",
    StudyState.REFUSED: "warn",
    StudyState.FAILED: "bad",
    StudyState.CANCELLED: "",
}


@staff_page(Permission.REPORTS_READ)
@require_safe
def simulations_page(request: Any) -> HttpResponse:
    """Comparisons that were asked for, or searches (`?kind=optimisation`), the newest first."""
    asked = request.GET.get("kind")
    kind = asked if asked in KINDS else KINDS[0]
    cursor = request.GET.get("cursor")
    before = cursor_id(read_cursor(cursor, str)[0]) if cursor else None
    by = request.actor
    found = in_transaction(lambda: list_studies(kind=kind, before=before, limit=_PAGE + 1, by=by))
    names = {str(staff_id): name for staff_id, name in colleagues(by).items()}
    here = f"{reverse('planning:simulations')}?kind={kind}"
    rows = found[:_PAGE]
    page = {
        "rows": [
            {
                "view": view,
                "kind": _say(f"study.kind_{view.kind}"),
                "state": _say(f"study.state_{view.state}"),
                "look": _LOOKS[view.state],
                "by": names.get(view.made_by, ""),
            }
            for view in rows
        ],
        "chips": [
            {"href": f"?kind={one}", "title": _say(f"study.kind_{one}"), "current": one == kind}
            for one in KINDS
        ],
        "first": here if cursor else "",
        "next": f"{here}&cursor={make_cursor(rows[-1].id.hex)}" if len(found) > _PAGE else "",
    }
    return render(request, "planning/simulations.html", page)


@staff_page(Permission.STUDIES_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def simulate_page(request: Any) -> HttpResponse:
    """Choose programmes, a period and what is taken for granted; the study begins."""
    files = (request.POST, request.FILES) if request.method == "POST" else ()
    form = Simulation(programme(), *files)
    return _asked(request, form, "planning/simulate.html")


@staff_page(Permission.STUDIES_RUN)
@require_http_methods(["GET", "HEAD", "POST"])
def search_page(request: Any) -> HttpResponse:
    """What a budget can bring: the efficient frontier, as a study."""
    form = Search(request.POST) if request.method == "POST" else Search()
    return _asked(request, form, "planning/search.html")


@staff_page(Permission.REPORTS_READ)
@require_safe
def simulation_page(request: Any, study_id: UUID) -> HttpResponse:
    """How far it is, or what came of it; asked again every two seconds until it has ended."""
    view = in_transaction(lambda: _study(study_id, request.actor))
    is_part = request.headers.get("HX-Request") == "true"
    page = _shown(view, request)
    template = "planning/simulation_part.html" if is_part else "planning/simulation.html"
    return render(request, template, page)


@staff_page(Permission.STUDIES_RUN)
@require_POST
def cancel(request: Any, study_id: UUID) -> HttpResponse:
    """Call it off; one that has ended stays."""
    now, by = utc_now(), request.actor

    def work() -> None:
        _study(study_id, by)
        cancel_study(study_id, now=now, by=by)

    in_transaction(work)
    messages.success(request, _("Called off."))
    return HttpResponseRedirect(reverse("planning:simulation", args=[study_id]))


@staff_page(Permission.REPORTS_READ)
@require_safe
def simulation_file(request: Any, study_id: UUID, name: str) -> HttpResponse:
    """One of its files, by exactly its name, as a download of which a browser runs nothing."""

    def work() -> str:
        _study(study_id, request.actor)
        return get_study_file(study_id, name, by=request.actor).name

    found = in_transaction(work)
    path = study_folder(default_home(), study_id) / found
    try:
        response = HttpResponse(path.read_bytes(), content_type=media_type(found))
    except FileNotFoundError:
        raise StudyFilesGone from None
    response["Content-Disposition"] = f'attachment; filename="{found}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _asked(request: Any, form: Replay, template: str) -> HttpResponse:
    if form.is_bound and form.is_valid():
        body = read_request(form.asked())
        stored, now, by = body.model_dump(mode="json"), utc_now(), request.actor
        try:
            study = in_transaction(lambda: request_study(body.kind, stored, now=now, by=by))
        except Refused as refusal:
            form.add_error(None, told(request, refusal))
        else:
            return HttpResponseRedirect(reverse("planning:simulation", args=[study.id]))
    page = {"form": form, "has_programme": bool(programme())}
    return render(request, template, page, status=422 if form.errors else 200)


def _study(study_id: UUID, by: Any) -> StudyView:
    found = get_study(study_id, by=by)
    if found.kind not in KINDS:
        raise StudyNotFound(pointer="/study")
    return found


def _shown(view: StudyView, request: HttpRequest) -> dict[str, Any]:
    is_open = view.state in (StudyState.QUEUED, StudyState.RUNNING)
    is_done, summary = view.state is StudyState.DONE, view.summary
    held = request.actor.permissions  # type: ignore[attr-defined]
    page: dict[str, Any] = {
        "view": view,
        "title": _say(f"study.kind_{view.kind}"),
        "state": _say(f"study.state_{view.state}"),
        "look": _LOOKS[view.state],
        "is_open": is_open,
        "phase": _say(view.phase or "study.starting"),
        "progress": share(view.done / view.total) if view.total else "",
        "may_cancel": is_open and not view.stops and Permission.STUDIES_RUN in held,
        "refused": sentence(view.refusal, view.refusal_params, language()) if view.refusal else "",
        "files": view.files if is_done and view.removed_at is None else (),
    }
    if summary and view.kind == "simulation":
        page |= _compared(summary["candidates"], summary)
    elif summary:
        page |= _frontier(summary)
    return page


def _compared(candidates: list[dict[str, Any]], summary: Any) -> dict[str, Any]:
    first = candidates[0]["cost_minor"]
    rows = [
        (_("Members who bought"), [number(one["totals"]["members"]) for one in candidates]),
        (_("Sales to members"), [_money(one["totals"]["sales_minor"]) for one in candidates]),
        (_("Cost"), [_money(one["cost_minor"]) for one in candidates]),
        (_("Cost beside the first"), [_beside(one["cost_minor"] - first) for one in candidates]),
        (_("Discounts"), [_money(one["totals"]["discounts_minor"]) for one in candidates]),
        (_("Points issued, at worth"), [_money(one["totals"]["issued_minor"]) for one in candidates]),
        (_("Points spent, at worth"), [_money(one["totals"]["spent_minor"]) for one in candidates]),
        (_("Cost of sales"), [share(one["rates"]["cost"]) for one in candidates]),
        (_("Reward rate, nominal"), [share(one["rates"]["reward"]) for one in candidates]),
        (_("Reward rate, effective"), [share(one["rates"]["effective"]) for one in candidates]),
        (_("Members who got something"), [share(one["rates"]["reach"]) for one in candidates]),
    ]  # fmt: skip
    titles = [one["title"] or one["code"] for one in candidates]
    chart = Chart(
        id="cost",
        kind="bars-across",
        title=_("Cost of each programme"),
        about=_("Cost of each programme"),
        labels=titles,
        labels_title=_("Programme"),
        series=(
            Series(
                _("Cost"),
                [one["cost_minor"] for one in candidates],
                [_money(one["cost_minor"]) for one in candidates],
            ),
        ),
        scale=_scale(),
    )
    about = _("%(receipts)s receipts of %(customers)s members, %(since)s to %(until)s") % {
        "receipts": number(summary["receipts"]),
        "customers": number(summary["customers"]),
        "since": summary["since"],
        "until": summary["until"],
    }
    return {"heads": titles, "rows": rows, "chart": chart, "about": about}


def _frontier(summary: Any) -> dict[str, Any]:
    points = summary["frontier"]
    names = [one["titles"].get(language()) or one["code"] for one in points]
    benefit = _("Members reached") if summary["measure"] == "reach" else _("Margin of sales")
    chart = Chart(
        id="frontier",
        kind="line",
        title=_("The efficient frontier"),
        about=_("More for the same money cannot be had among the programmes tried."),
        labels=[share(one["cost"]) for one in points],
        labels_title=_("Cost of sales"),
        series=(
            Series(
                benefit,
                [round(one["benefit"] * 100, 2) for one in points],
                [share(one["benefit"]) for one in points],
            ),
        ),
        suffix=" %",
    )
    rows = [
        (name, [_say(f"frontier.kind_{one['kind']}"), share(one["cost"]), share(one["benefit"])])
        for name, one in zip(names, points, strict=True)
    ]
    about = _("%(tried)s programmes tried, at most %(budget)s of sales") % {
        "tried": number(summary["tried"]),
        "budget": share(summary["budget_share"]),
    }
    heads = [_("Model"), _("Cost of sales"), benefit]
    return {"heads": heads, "rows": rows, "chart": chart if points else None, "about": about}


def _money(minor: int) -> str:
    return money_whole(minor)


def _beside(minor: int) -> str:
    return ("+" if minor > 0 else "−" if minor < 0 else "") + money_whole(abs(minor))


def _scale() -> int:
    known = programme()
    return 10 ** (known.money_scale if known else 2)


def _say(code: str) -> str:
    return sentence(code, {}, language())
