"""The ways in which letters of accounts go out; which there are, the settings say."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string


class Channel(Protocol):
    """Delivers one text to one contact, or raises; in one attempt, within seconds."""

    def __call__(self, to: str, subject: str, body: str) -> None:
        """Hand the text over. A channel without subjects leaves them out."""


def find_channel(name: str) -> Channel | None:
    """The channel of this name, where the installation has it."""
    path = settings.LETTER_CHANNELS.get(name) or settings.DEVICE_CHANNELS.get(name)
    return import_string(path) if path else None


def channels() -> frozenset[str]:
    """The names of the channels to contacts that the installation has: email, phone."""
    return frozenset(settings.LETTER_CHANNELS)


def sends_push() -> bool:
    """Whether the installation sends notices to browsers."""
    return "push" in settings.DEVICE_CHANNELS
