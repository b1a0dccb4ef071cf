"""Sending requests to the API as one of the keys of the small business."""

import json
from itertools import count
from typing import Any

from starlette.testclient import TestClient

from web.world import World


class Caller:
    """Sends requests as somebody: `caller("s1/1")` is that till, `caller("manage/all")` a program."""

    def __init__(self, client: TestClient, world: World) -> None:
        self.client = client
        self.world = world
        self._numbers = count(1)

    def __call__(
        self,
        who: str | None,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = "",
        language: str = "en",
        **more: Any,
    ) -> Any:
        """The answer; `key` "" makes up an idempotency key, None sends none."""
        headers = {"Accept-Language": language, **more.pop("headers", {})}
        if who is not None:
            headers["Authorization"] = f"Bearer {self.world.keys[who]}"
        if key is not None and method != "GET":
            headers["Idempotency-Key"] = key or f"made-up-{next(self._numbers)}"
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            more["content"] = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.request(method, path, headers=headers, **more)
