"""What the member app says by script."""

from django.utils.translation import gettext as _


def app_words() -> dict[str, str]:
    """By name; gaps as %(name)s."""
    return {
        "no_codes": _("Codes need a secure connection: show the number instead."),
        "not_yet": _("Open the app once with a network, so that it can show codes."),
        "offline": _("No network: this is how it was at %(time)s"),
        "code_label": _("Code to be scanned at the till"),
    }
