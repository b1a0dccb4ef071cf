"""Database fields that the standard ones do not give us."""

from typing import Any

from django.db import models


class JsonText(models.TextField):
    """JSON kept byte for byte (`json`, not `jsonb`): what was hashed is what is stored."""

    def db_type(self, connection: Any) -> str:
        return "json"
