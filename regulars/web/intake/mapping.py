"""The form that says what the columns of a file hold, filled in with what the command would guess."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.core.places import check_time_zone
from regulars.core.receipts.columns import FIELDS, missing_fields
from regulars.core.receipts.moments import FORMATS, ISO, date_format, reader
from regulars.core.receipts.problem import Problem
from regulars.core.refusal import Refused
from regulars.integrations.receipts.looking import Look
from regulars.studies.requests import FileMapping
from regulars.web.design.faces import language
from regulars.web.intake.words import TITLES, said

LEVELS = ("category", "category_2", "category_3")
_CODE_MAX = 40
GROUPS: tuple[tuple[Promise, tuple[str, ...]], ...] = (
    (gettext_lazy("Receipt"), ("occurred_at", "time", "number", "quantity", "price", "amount")),
    (
        gettext_lazy("Who and where"),
        ("customer", "store", "till", "cashier", "kind", "reference", "payment", "channel"),
    ),
    (gettext_lazy("Goods"), ("sku", "name", "brand", *LEVELS)),
)
_HINTS: Mapping[str, Promise] = {
    "number": gettext_lazy("Without it each row is a receipt of its own."),
    "amount": gettext_lazy("Either the amount or the price is needed; the amount is what counts."),
    "quantity": gettext_lazy("Without it every line is one piece."),
    "customer": gettext_lazy("Without it all sales are anonymous."),
    "category": gettext_lazy("A whole path may stand in it: Food / Dairy."),
}
_READING = (
    "identifier", "enrol", "cancels", "store_code", "till_code", "goods", "time_zone", "decimal",
    "date",
)  # fmt: skip


class MappingForm(forms.Form):
    """Which column holds what, and how the file is written; columns go by their places."""

    identifier = forms.ChoiceField(
        label=gettext_lazy("What the customer's column holds"),
        choices=[
            ("external", gettext_lazy("Number in another system")),
            ("card", gettext_lazy("Card number")),
            ("phone", gettext_lazy("Phone")),
            ("email", gettext_lazy("E-mail address")),
        ],
    )
    enrol = forms.BooleanField(
        label=gettext_lazy("Make members of customers whom nobody knows"),
        required=False,
        help_text=gettext_lazy(
            "Else their sales go in without a member, and stay so when the file is imported again."
        ),
    )
    cancels = forms.CharField(
        label=gettext_lazy("Numbers of returns begin with"), max_length=20, required=False
    )
    store_code = forms.CharField(
        label=gettext_lazy("Store of rows that name none"), max_length=_CODE_MAX, initial="import"
    )
    till_code = forms.CharField(
        label=gettext_lazy("Till of rows that name none"), max_length=_CODE_MAX, initial="import"
    )
    goods = forms.CharField(
        label=gettext_lazy("What goods without a name are called"), max_length=100
    )
    time_zone = forms.CharField(
        label=gettext_lazy("Time zone"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("For example Asia/Omsk. Left empty: that of the programme."),
    )
    decimal = forms.ChoiceField(
        label=gettext_lazy("Sign before decimals"),
        required=False,
        choices=[
            ("", gettext_lazy("As found in the file")),
            (",", gettext_lazy("Comma: 12,50")),
            (".", gettext_lazy("Point: 12.50")),
        ],
    )
    date = forms.ChoiceField(label=gettext_lazy("Dates are written"), required=False)

    def __init__(self, look: Look, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._look = look
        places = [("", "—"), *((str(n), name) for n, name in enumerate(look.names))]
        for name, title in TITLES.items():
            self.fields[name] = forms.ChoiceField(
                label=title,
                required=name == "occurred_at",
                choices=places,
                help_text=_HINTS.get(name, ""),
            )
        dates: Any = self.fields["date"]
        dates.choices = [("", gettext_lazy("As found in the file")), *_dates(look)]
        self.initial |= _guessed(look)

    def clean(self) -> dict[str, Any]:
        """Nothing that receipts cannot do without may be missing."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        taken = self._columns(cleaned)
        for field in missing_fields(taken):
            if field not in self.errors:
                self.add_error(field, _("Receipts cannot be read without it."))
        if "time" in taken and taken["time"] == taken.get("occurred_at"):
            self.add_error("time", _("This column is taken for the date already."))
        return cleaned

    def clean_time_zone(self) -> str:
        """One that there is."""
        zone = str(self.cleaned_data["time_zone"])
        try:
            check_time_zone(zone or None)
        except Refused as refusal:
            raise forms.ValidationError(said(refusal.code, refusal.params)) from None
        return zone

    def mapping(self) -> FileMapping:
        """What was said, as it is kept with the import."""
        told = self.cleaned_data
        return FileMapping(
            columns=self._columns(told),
            cancels=told["cancels"],
            store=told["store_code"],
            till=told["till_code"],
            sku=told["goods"],
            identifier=told["identifier"],
            time_zone=told["time_zone"] or None,
            decimal=told["decimal"] or None,
            date=told["date"] or None,
        )

    def groups(self) -> Iterator[tuple[Promise, list[forms.BoundField]]]:
        """The fields of columns, as they belong together."""
        for title, names in GROUPS:
            yield title, [self[name] for name in names]

    def reading(self) -> list[forms.BoundField]:
        """The fields that say how the file is written."""
        return [self[name] for name in _READING]

    def _columns(self, told: Mapping[str, Any]) -> dict[str, list[str]]:
        names = self._look.names
        taken = {name: names[int(told[name])] for name in TITLES if told.get(name)}
        levels = [taken.pop(level) for level in LEVELS if level in taken]
        columns = {field: [taken[field]] for field in FIELDS if field in taken}
        return columns | ({"category": levels} if levels else {})


def sample_of(look: Look) -> dict[str, Any]:
    """The first rows under their headings, each with what it is taken for."""
    taken = {
        name: str(TITLES[level])
        for field, names in look.columns.items()
        for level, name in zip(LEVELS if field == "category" else (field,), names, strict=False)
    }
    heads = [{"name": name, "taken": taken.get(name, "")} for name in look.names]
    return {"heads": heads, "rows": look.rows}


def _guessed(look: Look) -> dict[str, Any]:
    place = {name: str(n) for n, name in reversed(list(enumerate(look.names)))}
    found: dict[str, Any] = {
        "identifier": look.identifier,
        "cancels": look.cancels,
        "goods": look.sku,
        "date": look.date,
    }
    for field, names in look.columns.items():
        levels = LEVELS if field == "category" else (field,)
        found |= {
            level: place[name] for level, name in zip(levels, names, strict=False) if name in place
        }
    return found


def _dates(look: Look) -> list[tuple[str, str]]:
    """The ways in which one of the columns shown may be a date."""
    columns = [[cell for cell in column if cell] for column in zip(*look.rows, strict=True)]
    columns = [column for column in columns if column and date_format(column)]
    found = []
    for form in FORMATS:
        read = reader(form)
        fits = any(not any(isinstance(read(cell), Problem) for cell in cells) for cells in columns)
        if form != ISO and (fits or form == look.date):
            found.append((form, _shown_format(form)))
    return found


def _shown_format(form: str) -> str:
    signs = (
        {"%d": "ДД", "%m": "ММ", "%Y": "ГГГГ", "%y": "ГГ", "%H": "ЧЧ", "%I": "ЧЧ", "%M": "мм"}
        if language() == "ru"
        else {"%d": "DD", "%m": "MM", "%Y": "YYYY", "%y": "YY", "%H": "HH", "%I": "HH", "%M": "mm"}
    )
    for sign, shown in (*signs.items(), ("%S", "ss"), ("%f", "…"), ("%p", "PM"), ("%b", "Jan")):
        form = form.replace(sign, shown)
    return form
