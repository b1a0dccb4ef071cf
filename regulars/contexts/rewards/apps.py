"""The Django application of the context `rewards`: the catalogue and what was taken from it."""

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Registers the tables of the rewards."""

    name = "regulars.contexts.rewards"
    label = "rewards"
