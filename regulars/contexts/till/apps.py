"""The Django application of the context `till`: stores, tills, and what happens at them."""

from django.apps import AppConfig


class TillConfig(AppConfig):
    """Registers the tables of the tills."""

    name = "regulars.contexts.till"
    label = "till"
