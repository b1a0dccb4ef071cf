"""The forms of accounts, each field with what the browser should know of it."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from regulars.contexts.security.types import Role
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import sentence
from regulars.web.accounts.refusals import told

LANGUAGES = (("en", "English"), ("ru", "Русский"))
_PASSWORD_MAX = 1024


def blame(form: forms.Form, refusal: Refused, request: HttpRequest) -> None:
    """Show a refusal beside the field it points to, or above the form."""
    name = (refusal.pointer or "").strip("/").split("/")[0]
    form.add_error(name if name in form.fields else None, told(request, refusal))


def _email(**more: Any) -> forms.CharField:
    # Our own use cases say what an address is: Django's field would say it in other words.
    kept = {"autocomplete": "username", "inputmode": "email", "autocapitalize": "none"}
    widget = forms.TextInput(attrs=kept | {"spellcheck": "false"} | more)
    return forms.CharField(label=_("E-mail address"), max_length=254, widget=widget)


def _password(label: Any, purpose: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": purpose} | more)
    return forms.CharField(label=label, max_length=_PASSWORD_MAX, strip=False, widget=widget)


def _digits(label: Any) -> forms.CharField:
    kept = {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
    return forms.CharField(
        label=label, max_length=40, widget=forms.TextInput(attrs=kept | {"autofocus": True})
    )


class SignIn(forms.Form):
    """Address and password."""

    email = _email(autofocus=True)
    password = _password(_("Password"), "current-password")


class SecondStep(forms.Form):
    """Digits of the app, or a code on paper."""

    code = _digits(_("Code from the app, or a recovery code"))


class AppCode(forms.Form):
    """The first digits of a new app."""

    code = _digits(_("Six digits that the app shows"))


class ProofByCode(forms.Form):
    """Who one is, once more, with a code app."""

    code = _digits(_("Code from the app, or a recovery code"))


class ProofByPassword(forms.Form):
    """Who one is, once more, without a code app."""

    password = _password(_("Password"), "current-password", autofocus=True)


class NewPassword(forms.Form):
    """A password chosen through a link."""

    password = _password(_("New password, at least 12 characters"), "new-password")


class OwnData(forms.Form):
    """Name and password of who takes up an invitation."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True}),
    )
    password = _password(_("New password, at least 12 characters"), "new-password")


class Welcome(OwnData):
    """The same for the first owner, who also says the address."""

    email = _email()
    field_order = ("name", "email", "password")


class ChangePassword(forms.Form):
    """The present password and the next."""

    current = _password(_("Present password"), "current-password")
    password = _password(_("New password, at least 12 characters"), "new-password")


class Forgotten(forms.Form):
    """Whose password is forgotten."""

    email = _email(autofocus=True)


class Invitation(forms.Form):
    """Whom to invite, as what, in which language."""

    email = _email(autocomplete="off")
    role = forms.ChoiceField(label=_("Role"), widget=forms.Select)
    language = forms.ChoiceField(label=_("Language of the letter"), choices=LANGUAGES)

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles(language)


class ChangeRole(forms.Form):
    """Another role for a colleague."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles(language)


class Contact(forms.Form):
    """Where a member's code goes."""

    contact = forms.CharField(max_length=254)

    def __init__(self, *args: Any, channels: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["contact"]
        both, phone = {"email", "phone"} <= channels, "phone" in channels
        field.label = (
            _("E-mail address or phone") if both else _("Phone") if phone else _("E-mail address")
        )
        field.widget.attrs |= {
            "autocomplete": "username" if both else "tel" if phone else "email",
            "inputmode": "text" if both else "tel" if phone else "email",
            "autocapitalize": "none",
            "spellcheck": "false",
            "autofocus": True,
        }


class ContactCode(forms.Form):
    """The six digits that were sent to a contact."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autofocus": True,
            }
        ),
    )


def roles(language: str) -> list[tuple[str, str]]:
    """Every role with what it is for."""
    return [(role.value, sentence(f"role.{role.value}", {}, language)) for role in Role]
