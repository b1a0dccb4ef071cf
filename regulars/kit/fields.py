"""Database fields that the standard ones do not give us."""

from typing import Any

from django.db import models


class JsonText(models.TextField):
    """JSON kept byte for byte (`json`, not `jsonb`): what was hashed is what is stored."""

    def db_type(self, connection: Any) -> str:
        return "json"


class CodeText(models.CharField):
    """Text compared byte by byte (collation C), so that its own index also finds what begins alike.

    Django puts a second index for LIKE beside every text key; here it would only cost time.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "db_collation": "C"})

    def db_type(self, connection: Any) -> str:
        return f"character varying({self.max_length})"
