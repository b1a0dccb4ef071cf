"""The Django app of the context `security`."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "regulars.contexts.security"
    label = "security"
