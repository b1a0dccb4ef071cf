"""The gallery: every component of the pages in every state it has, for whoever builds or checks them."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from regulars.kit.clock import utc_now
from regulars.web.accounts.guard import staff_page
from regulars.web.design.charts import Chart, Series, Trend, spark
from regulars.web.templatetags.figures import number

_RISING = (12, 14, 13, 17, 16, 19, 18, 22, 24, 23, 27, 29)
_FALLING = (31, 30, 28, 29, 26, 27, 24, 22, 23, 21, 20, 19)


class Example(forms.Form):
    """A form with a field of every kind, for the gallery."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=60, initial="Александра")
    email = forms.EmailField(
        label=gettext_lazy("E-mail"), help_text=gettext_lazy("Only for letters about this account.")
    )
    store = forms.ChoiceField(
        label=gettext_lazy("Store"),
        choices=[("1", gettext_lazy("Central")), ("2", gettext_lazy("By the station"))],
    )
    note = forms.CharField(label=gettext_lazy("Note"), widget=forms.Textarea, required=False)
    mode = forms.ChoiceField(
        label=gettext_lazy("Round points"),
        widget=forms.RadioSelect,
        choices=[("down", gettext_lazy("Down")), ("half", gettext_lazy("To the nearest"))],
    )
    agree = forms.BooleanField(
        label=gettext_lazy("I have read the terms"),
        help_text=gettext_lazy("Version of 1 November."),
    )


@staff_page()
@require_safe
def design_page(request: HttpRequest) -> HttpResponse:
    """All components. It changes nothing and reads nothing."""
    wrong = Example({"name": "", "email": "anna@", "store": "1"})
    context: dict[str, Any] = {
        "form": Example(prefix="fine"),
        "wrong": wrong,
        "colours": _COLOURS,
        "sizes": ("4xl", "3xl", "2xl", "xl", "lg", "md", "sm", "xs"),
        "charts": _charts(),
        "rising": spark(_RISING),
        "falling": spark(_FALLING),
        "up": Trend("12 %", up=True, good=True),
        "down": Trend("3,1 %", down=True, good=False),
        "entries": _entries(),
        "rows": _rows(),
        "steps": [
            {"title": _("Business"), "state": "done"},
            {"title": _("Programme"), "state": "current"},
            {"title": _("First till"), "state": "todo"},
        ],
        "chips": [
            {"title": _("All"), "href": "?", "current": True, "count": 12480},
            {"title": _("Gold"), "href": "?tier=gold", "current": False, "count": 842},
            {"title": _("Asleep"), "href": "?asleep", "current": False, "count": 3107},
        ],
        "kinds": ("good", "warn", "bad", "info", "special", "accent"),
        "results": [
            ("done", _("120 points earned"), _("Balance: 1,840 points")),
            ("already", _("This receipt is known already"), _("Nothing was booked twice.")),
            ("data", _("Ask for the birthday"), _("It is needed for the birthday gift.")),
            ("refused", _("The card is blocked"), _("Ask the member to call support.")),
        ],
    }
    return render(request, "console/design.html", context)


_COLOURS = (
    "ground", "surface", "sunken", "line", "line-strong", "text", "muted", "accent", "accent-soft",
    "good", "good-soft", "warn", "warn-soft", "bad", "bad-soft", "info", "info-soft", "special",
    "special-soft",
)  # fmt: skip


def _charts() -> list[Chart]:
    months = [_("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun")]
    members, others = (420, 510, 480, 620, 700, 760), (300, 280, 310, 290, 260, 240)
    middle = (10, 14, 19, 23, 30, 36)
    grid = ((100, 62, 48, 41, 38, 35), (100, 58, 45, 40, 36, None), (100, 66, 51, 44, None, None))
    return [
        Chart(
            "lines", "area", _("Lines"), _("Sales by month rise from 420 to 760."), months,
            [_series(_("Of members"), members, 1), _series(_("Of others"), others, 2)], _("Month"),
        ),
        Chart(
            "bars", "stack", _("Bars"), _("Sales by month, members and others."), months,
            [_series(_("Of members"), members, 1), _series(_("Of others"), others, 3)], _("Month"),
        ),
        Chart(
            "fan", "line", _("Forecast"), _("The forecast with its range."), months,
            [
                Series(_("Range"), (), [f"{v * 3 // 4}–{v * 4 // 3}" for v in middle], 1, False,
                       [v * 3 // 4 for v in middle], [v * 4 // 3 for v in middle]),
                _series(_("Forecast"), middle, 1),
                _series(_("Plan"), (12, 15, 18, 21, 24, 27), 2, dashed=True),
            ],
            _("Month"),
        ),
        Chart(
            "cohorts", "heat", _("Cohorts"), _("Who came back, by month after joining."), months,
            [
                Series(name, row, ["–" if v is None else f"{v} %" for v in row])
                for name, row in zip(months, grid, strict=False)
            ],
            _("Month"),
        ),
    ]  # fmt: skip


def _series(name: str, values: tuple[int, ...], colour: int, *, dashed: bool = False) -> Series:
    return Series(name, values, [number(value) for value in values], colour, dashed)


def _entries() -> list[dict[str, Any]]:
    now = utc_now()
    return [
        {
            "at": now - timedelta(minutes=12), "icon": "receipt", "kind": "good",
            "title": _("Purchase for 2,400 at Central"), "amount": "+120", "amount_kind": "good",
            "about": _("receipt 4471"), "why_title": _("Why 120 points"),
            "why": [
                {"text": _("5 points for every 100 of the receipt"), "amount": "+100"},
                {"text": _("Coffee in the morning: double"), "amount": "+20"},
            ],
        },
        {
            "at": now - timedelta(days=3), "icon": "gift", "kind": "info",
            "title": _("Reward taken: a cappuccino"), "amount": "−200",
        },
        {
            "at": now - timedelta(days=12), "icon": "award", "kind": "special",
            "title": _("Reached Gold"), "about": _("until 31 December"),
        },
        {
            "at": now - timedelta(days=40), "icon": "clock", "kind": "warn",
            "title": _("Points expired"), "amount": "−35", "amount_kind": "bad",
        },
    ]  # fmt: skip


def _rows() -> list[dict[str, Any]]:
    found = (
        ("Анна Петрова", "2200 0471 8830", _("Gold"), "warn", 18400),
        ("Константин Переверзев-Аксёновский", "2200 0471 8848", _("Silver"), "", 920),
        ("Maria Gonzalez", "2200 0471 8855", _("Start"), "", 0),
    )
    names = ("name", "card", "tier", "kind", "balance")
    return [dict(zip(names, row, strict=True)) for row in found]
