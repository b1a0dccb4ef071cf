"""The Django application of the context `economics`: plans, closed periods, studies."""

from django.apps import AppConfig


class EconomicsConfig(AppConfig):
    """Registers the tables of the economics."""

    name = "regulars.contexts.economics"
    label = "economics"
