"""Analytics: figures to look into, segments, cohorts and what customers will be worth."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.contexts.economics.queries.studies import list_studies
from regulars.contexts.economics.types import StudyView
from regulars.contexts.security.types import Actor, Permission
from regulars.kit.transactions import in_transaction
from regulars.web.accounts.guard import staff_page
from regulars.web.insight import found
from regulars.web.insight.studies import KIND
from regulars.web.templatetags.figures import money, number, share

_GOOD_ENOUGH = 0.1  # by more the forecast of purchases was off


@staff_page(Permission.REPORTS_READ)
@require_safe
def figures_page(request: HttpRequest) -> HttpResponse:
    """Every figure of the latest analysis; the chosen one by period and by a side of the business."""
    study = _latest(request.actor)  # type: ignore[attr-defined]
    if study is None:
        return _nothing(request, "figures")
    told = found.read_analysis(study.id)
    figure = found.chosen_figure(request.GET.get("figure", ""), told)
    sides = found.sides(told)
    side = request.GET.get("side", "")
    side = side if side in told["sides"] else (sides[0][0] if sides else "")
    page = {
        "study": study,
        "tab": "figures",
        "figure": figure,
        "tiles": found.tiles(told, figure),
        "definition": found.definition(figure),
        "chart": found.period_chart(told, figure),
        "sides": [
            {"href": f"?figure={figure.code}&side={code}#by", "title": title, "current": code == side}
            for code, title in sides
        ],
        "side": side,
        "table": found.side_table(told, figure, side) if side else None,
    }  # fmt: skip
    return render(request, "insight/figures.html", page)


@staff_page(Permission.REPORTS_READ)
@require_safe
def segments_page(request: HttpRequest) -> HttpResponse:
    """The RFM grid and its segments."""
    study = _latest(request.actor)  # type: ignore[attr-defined]
    if study is None:
        return _nothing(request, "segments")
    told = found.read_analysis(study.id)
    page = {
        "study": study,
        "tab": "segments",
        "grid": found.rfm_grid(told),
        "table": found.segment_rows(told),
    }
    return render(request, "insight/segments.html", page)


@staff_page(Permission.REPORTS_READ)
@require_safe
def cohorts_page(request: HttpRequest) -> HttpResponse:
    """Who came back, by the month of the first receipt."""
    study = _latest(request.actor)  # type: ignore[attr-defined]
    if study is None:
        return _nothing(request, "cohorts")
    purchases = request.GET.get("by") == "purchases"
    told = found.read_analysis(study.id)
    page = {
        "study": study,
        "tab": "cohorts",
        "chart": found.cohort_chart(told, purchases=purchases),
        "chips": [
            {"href": "?", "title": _("Any receipt"), "current": not purchases},
            {"href": "?by=purchases", "title": _("Purchases alone"), "current": purchases},
        ],
    }
    return render(request, "insight/cohorts.html", page)


@staff_page(Permission.REPORTS_READ)
@require_safe
def value_page(request: HttpRequest) -> HttpResponse:
    """Lifetime value and the risk of loss, with how good the forecasts were."""
    study = _latest(request.actor)  # type: ignore[attr-defined]
    if study is None:
        return _nothing(request, "value")
    told = found.read_analysis(study.id)
    page = {
        "study": study,
        "tab": "value",
        "gaps": found.gaps(told),
        "life": _life(told["lifetime"]),
        "deciles": found.decile_chart(told),
        "losses": _losses(told["losses"]),
        "calibration": found.calibration_chart(told),
    }
    return render(request, "insight/value.html", page)


def _latest(by: Actor) -> StudyView | None:
    views = in_transaction(lambda: list_studies(kind=KIND, with_files=True, limit=1, by=by))
    return views[0] if views else None


def _nothing(request: HttpRequest, tab: str) -> HttpResponse:
    return render(request, "insight/nothing.html", {"tab": tab})


def _life(told: dict[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    tested = told["validation"]
    return {
        "value": money(round(told["value_minor"])),
        "between": _between(told["value_low_minor"], told["value_high_minor"]),
        "purchases": number(round(told["purchases"])),
        "alive": number(round(told["alive"])),
        "customers": number(told["customers"]),
        "weeks": number(round(told["weeks"])),
        "model": told["model"],
        "in_sales": told["margin"] is None,
        "tested": tested
        and {
            "expected": number(round(tested["expected"])),
            "actual": number(tested["actual"]),
            "deviation": share(Decimal(str(round(tested["deviation"], 4)))),
            "until": tested["until"],
            "off": abs(tested["deviation"]) > _GOOD_ENOUGH,
        },
    }


def _losses(told: dict[str, Any] | None) -> dict[str, Any] | None:
    if told is None:
        return None
    return {
        "customers": number(told["customers"]),
        "expected": number(round(told["expected"])),
        "days": number(told["horizon_days"]),
        "auc": number(Decimal(str(round(told["auc"], 3)))),
    }


def _between(low: float, high: float) -> str:
    told = {"low": money(round(low)), "high": money(round(high))}
    return _("90%% interval: %(low)s … %(high)s") % told
