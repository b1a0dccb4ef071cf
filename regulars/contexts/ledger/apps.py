"""The Django app of the context `ledger`."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "regulars.contexts.ledger"
    label = "ledger"
