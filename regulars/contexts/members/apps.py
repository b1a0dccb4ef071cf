"""The Django app of the context `members`."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "regulars.contexts.members"
    label = "members"
