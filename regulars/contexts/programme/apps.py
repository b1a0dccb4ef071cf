"""The Django application of the context `programme`: versions and when each is in force."""

from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    """Registers the tables of the programme."""

    name = "regulars.contexts.programme"
    label = "programme"
