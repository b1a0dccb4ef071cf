"""The HTTP API as one ASGI application: two planes, one OpenAPI document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from regulars.web.api.directory import Directory
from regulars.web.api.document import describe
from regulars.web.api.language import chosen_language
from regulars.web.api.manage.operations import MANAGE_ROUTES
from regulars.web.api.operation import Operation, Route
from regulars.web.api.problems import MethodNotAllowed, PathUnknown, Unavailable, problem_reply
from regulars.web.api.replies import send_reply
from regulars.web.api.runtime import LANGUAGE_WITHOUT_PROGRAMME, Runtime, open_runtime
from regulars.web.api.serving import serve
from regulars.web.api.till.late import LATE
from regulars.web.api.till.operations import TILL_ROUTES

VERSION = "1"


class Api(FastAPI):
    """FastAPI for the document and its pages; operations are found and served without a detour."""

    runtime: Runtime | None = None

    def __init__(self) -> None:
        super().__init__(
            title="Regulars",
            version=VERSION,
            lifespan=_lifespan,
            openapi_url="/openapi.json",
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
        )
        self.operations: tuple[Operation, ...] = tuple(
            route.operation for route in (*TILL_ROUTES, *MANAGE_ROUTES)
        )
        self._routes: tuple[Route, ...] = (*TILL_ROUTES, *MANAGE_ROUTES)
        self._directory = Directory(self.operations)
        self.router.routes.extend(self._routes)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; only the document itself is left to FastAPI."""
        if scope["type"] != "http" or scope["path"] == self.openapi_url:
            await super().__call__(scope, receive, send)
            return
        found = self._directory.find(scope["method"], scope["path"])
        if isinstance(found, tuple) and self.runtime is not None:
            await serve(found[0], self.runtime, scope, receive, send, found[1])
            return
        header = dict(scope["headers"]).get(b"accept-language")
        language = chosen_language(header, LANGUAGE_WITHOUT_PROGRAMME)
        if isinstance(found, tuple):
            await send_reply(problem_reply(Unavailable(), language), send)
        elif found:
            refused = MethodNotAllowed(allow=", ".join(sorted(found)))
            await send_reply(problem_reply(refused, language), send)
        else:
            await send_reply(problem_reply(PathUnknown(), language), send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document of both planes."""
        if self.openapi_schema is None:
            self.openapi_schema = describe(super().openapi(), {"LateItem": LATE})
        return self.openapi_schema


def build_app() -> Api:
    """The application; its lifespan opens the desk on Django's database and closes it."""
    return Api()


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    app.runtime = await open_runtime()
    try:
        yield
    finally:
        runtime, app.runtime = app.runtime, None
        await runtime.close()
