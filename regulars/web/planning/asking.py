"""What is asked of a simulation or a search: read from its form, as a request for a study."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.contexts.programme.queries import list_versions
from regulars.core.economics.behaviour import read_behaviour, read_response
from regulars.core.economics.budget_text import read_budget
from regulars.core.economics.candidates import KINDS
from regulars.core.programme.check import ProgrammeInvalid, parse_programme
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.document import to_mapping
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.kit.clock import utc_now
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import load
from regulars.web.accounts.starting import ready_programmes
from regulars.web.design.faces import language
from regulars.web.planning.numbers import NoNumber, read

_YAML_MAX = 512 * 1024
_CANDIDATES_MAX = 10
"""How many versions and how many documents a request may have."""
BEHAVIOURS = (
    ("recorded", gettext_lazy("as they did")),
    ("at-once", gettext_lazy("all they can, at every visit")),
    ("never", gettext_lazy("never")),
    ("share", gettext_lazy("at a share of their visits")),
    ("from", gettext_lazy("once they hold an amount")),
)


class Replay(forms.Form):
    """What any replay of our own receipts takes for granted."""

    since = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("The day after the last one"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    behaviour = forms.ChoiceField(
        label=gettext_lazy("How members pay with points"), choices=BEHAVIOURS, initial="recorded"
    )
    extent = forms.CharField(
        label=gettext_lazy("The share of visits in per cent, or the amount"),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    sample = forms.IntegerField(
        label=gettext_lazy("Per cent of the members"), min_value=1, max_value=100, initial=100
    )

    def clean(self) -> dict[str, Any]:
        """The period has a day, and the behaviour says how much where it has to."""
        said: dict[str, Any] = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and until <= since:
            self.add_error("until", _("Later than the first day."))
        if said.get("behaviour") in ("share", "from"):
            self._check_extent(said)
        return said

    def asked(self) -> dict[str, Any]:
        """The part of a request that says it."""
        said = self.cleaned_data
        behaviour = said["behaviour"]
        return {
            "behaviour": said["told"] if behaviour in ("share", "from") else behaviour,
            "since": said["since"],
            "until": said["until"],
            "sample": f"{said['sample'] / 100:g}",
            "language": language(),
        }

    def _check_extent(self, said: dict[str, Any]) -> None:
        is_share = said["behaviour"] == "share"
        try:
            number = read(said.get("extent", ""), percent=is_share)
            said["told"] = f"{said['behaviour']}:{number:.6f}".rstrip("0").rstrip(".")
            read_behaviour(said["told"], money_scale=2)
        except NoNumber:
            self.add_error("extent", _("This is no number."))
        except Refused as refusal:
            self.add_error("extent", sentence(refusal.code, refusal.params, language()))


class Simulation(Replay):
    """Programmes that are compared over our own receipts."""

    versions = forms.MultipleChoiceField(
        label=gettext_lazy("Versions of the programme"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    ready = forms.MultipleChoiceField(
        label=gettext_lazy("Ready programmes"), required=False, widget=forms.CheckboxSelectMultiple
    )
    upload = forms.FileField(
        label=gettext_lazy("A programme from a file (YAML)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml"}),
    )
    frequency = forms.CharField(
        label=gettext_lazy("They come more often by, per cent"),
        required=False,
        max_length=60,
        help_text=gettext_lazy(
            "One number, or low / likely / high such as 2/5/8. Empty: not at all."
        ),
    )
    check = forms.CharField(
        label=gettext_lazy("They spend more at a time by, per cent"), required=False, max_length=60
    )

    def __init__(self, programme: Compiled | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._programme = programme
        spoken = language()
        self.fields["versions"].choices = [  # type: ignore[attr-defined]
            (str(one.number), f"{one.number} · {text_in(dict(one.title), spoken)}")
            for one in list_versions(now=utc_now())[:_CANDIDATES_MAX]
        ]
        self.fields["ready"].choices = [  # type: ignore[attr-defined]
            (one.name, text_in(one.title, spoken)) for one in ready_programmes()
        ]

    def clean_upload(self) -> dict[str, Any] | None:
        """A programme that can be reckoned with; None without a file."""
        file = self.cleaned_data["upload"]
        if file is None:
            return None
        if file.size > _YAML_MAX:
            raise forms.ValidationError(_("The file is too large."))
        try:
            document = load_yaml(file.read().decode())
            parsed = parse_programme(document)
        except ProgrammeInvalid as invalid:
            told = [f"{one.pointer}: {one.sentence(language())}" for one in invalid.problems[:5]]
            raise forms.ValidationError(told) from None
        except (UnicodeDecodeError, Refused, ValueError):
            raise forms.ValidationError(_("This is no programme in YAML.")) from None
        return dict(to_mapping(parsed))

    def clean(self) -> dict[str, Any]:
        """The response can be."""
        said = super().clean()
        parts = list(self._response(said))
        said["response"] = ",".join(parts) or "none"
        return said

    def asked(self) -> dict[str, Any]:
        """The request."""
        said = self.cleaned_data
        documents = [self._in_our_money(load_yaml(load(name))) for name in said["ready"]]
        if said["upload"]:
            documents.append(said["upload"])
        return super().asked() | {
            "kind": "simulation",
            "versions": [int(number) for number in said["versions"]],
            "documents": documents,
            "response": said["response"],
        }

    def _response(self, said: dict[str, Any]) -> Iterator[str]:
        for name in ("frequency", "check"):
            text = str(said.get(name) or "").strip()
            if not text:
                continue
            try:
                shares = [f"{read(part, percent=True):.9g}" for part in text.split("/")]
                told = f"{name}={'/'.join(shares)}"
                read_response(told)
            except NoNumber:
                self.add_error(name, _("This is no number."))
            except Refused as refusal:
                self.add_error(name, sentence(refusal.code, refusal.params, language()))
            else:
                yield told

    def _in_our_money(self, document: Any) -> dict[str, Any]:
        found = dict(document)
        if self._programme is not None:
            found |= {
                "money": self._programme.money,
                "time_zone": self._programme.zone.key,
            }
        return dict(to_mapping(parse_programme(found)))


class Search(Replay):
    """A search for programmes under a budget: what it may cost, which models are tried."""

    budget = forms.CharField(
        label=gettext_lazy("Budget"),
        max_length=40,
        initial="2%",
        help_text=gettext_lazy("A share of members' sales such as 2%, or an amount of money."),
    )
    models = forms.MultipleChoiceField(
        label=gettext_lazy("Models to try"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: all of them."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["models"].choices = [  # type: ignore[attr-defined]
            (kind, sentence(f"frontier.kind_{kind}", {}, language())) for kind in KINDS
        ]

    def clean_budget(self) -> str:
        """A share or an amount."""
        said: str = self.cleaned_data["budget"].strip()
        try:
            read_budget(said)
        except Refused as refusal:
            raise forms.ValidationError(
                sentence(refusal.code, refusal.params, language())
            ) from None
        return said

    def asked(self) -> dict[str, Any]:
        """The request."""
        said = self.cleaned_data
        kinds = {"kind": "optimisation", "budget": said["budget"], "models": said["models"]}
        return super().asked() | kinds
