"""One operation of the API: who may call it, what it takes, what it answers; documented by FastAPI.

FastAPI reads the declaration into the OpenAPI document. Requests take a path of our own, which does
the same for every operation and costs a fraction of the general one: key, limits, permission,
body, handler, answer.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_type_hints

from fastapi import Body, Path, Query, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter

from regulars.contexts.security.types import Permission, Plane
from regulars.web.api.bodies import BODY_BYTES_MAX

Effect = Literal["none", "hold", "by_number", "stored"]
"""How a request with an effect is done once: it has none; it may hold points, once for a key; by the
till's own number of it with the idempotency key beside it in the books; or by its answer stored
under the idempotency key."""


_ANY_FILE = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}


@dataclass(frozen=True)
class Example:
    """A request as the document shows it, and the status that a test gets for it."""

    says: str
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    status: int | None = None


@dataclass(frozen=True)
class Operation:
    """A declared operation with what is prepared for serving it."""

    id: str
    method: str
    path: str
    plane: Plane
    permissions: tuple[Permission, ...]
    handler: Callable[..., Any]
    is_sync: bool
    effect: Effect
    status: int
    looks_up: bool
    body_bytes_max: int
    examples: tuple[Example, ...]
    path_types: Mapping[str, TypeAdapter[Any]]
    query_type: type[BaseModel] | None
    body_type: TypeAdapter[Any] | None
    body_model: Any
    no_query: Any


class Route(APIRoute):
    """A FastAPI route for its documentation; `operation` is served by `serving.serve`."""

    operation: Operation


class Operations:
    """Collects the operations of one module: `@operations("PUT", "/receipts/{number}", …)`."""

    def __init__(self, plane: Plane, tag: str) -> None:
        self.plane = plane
        self.tag = tag
        self.routes: list[Route] = []

    def __call__(
        self,
        method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"],
        path: str,
        *,
        name: str | None = None,
        permission: Permission | tuple[Permission, ...],
        answers: Any,
        status: int = 200,
        effect: Effect = "none",
        problems: Sequence[int] = (),
        also: Mapping[int, str] = MappingProxyType({}),
        looks_up: bool = False,
        body_bytes_max: int = BODY_BYTES_MAX,
        examples: Sequence[Example] = (),
        is_file: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declare an operation; its stable id is `name`, else the handler's; its docstring describes it.

        The handler takes `call`, the parameters of the path by name, `query` and `body` where it has
        them. A handler that is no coroutine runs in a thread, in one database transaction.
        Of several permissions one is enough. `answers` is the model of the answer, for the
        document; `also` says under which other statuses it comes. With `is_file` the answer is a file.
        """

        def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
            is_sync = not inspect.iscoroutinefunction(handler)
            assert is_sync or effect != "stored", "what is stored is one transaction of the ORM"
            hints = get_type_hints(handler, include_extras=True)
            names = [each for each in inspect.signature(handler).parameters if each != "call"]
            in_path = {each: hints[each] for each in names if "{" + each + "}" in path}
            query, body = hints.get("query"), hints.get("body")
            operation = Operation(
                id=name or handler.__name__,
                method=method,
                path=f"/{self.plane}/v1{path}",
                plane=self.plane,
                permissions=permission if isinstance(permission, tuple) else (permission,),
                handler=handler,
                is_sync=is_sync,
                effect=effect,
                status=status,
                looks_up=looks_up,
                body_bytes_max=body_bytes_max,
                examples=tuple(examples),
                path_types={each: TypeAdapter(hint) for each, hint in in_path.items()},
                query_type=query,
                body_type=TypeAdapter(body) if body is not None else None,
                body_model=body,
                no_query=query() if query is not None and _has_defaults(query) else None,
            )
            documented = _documented(handler, in_path, query, body, operation.examples)
            route = self._route(operation, documented, answers, problems, also, is_file)
            self.routes.append(route)
            return handler

        return declare

    def _route(
        self,
        operation: Operation,
        documented: Callable[..., Any],
        answers: Any,
        problems: Sequence[int],
        also: Mapping[int, str],
        is_file: bool,
    ) -> Route:
        summary, _, description = inspect.cleandoc(operation.handler.__doc__ or "").partition("\n")
        extra: dict[str, Any] = {
            "security": [{f"{operation.plane}Key": []}],
            "x-permissions": [permission.value for permission in operation.permissions],
        }
        statuses = {400, 401, 403, 422, 429, 500, 503, *problems}
        parameters = [{"$ref": "#/components/parameters/AcceptLanguage"}]
        if operation.effect == "hold":
            parameters.append({"$ref": "#/components/parameters/IdempotencyKeyOfHold"})
        elif operation.effect != "none":
            parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
            statuses |= {409}
        if operation.body_type is not None:
            statuses |= {413, 415}
        if operation.path_types:
            statuses |= {404}
        route = Route(
            operation.path,
            documented,
            methods=[operation.method],
            operation_id=operation.id,
            response_model=None if is_file else answers,
            response_class=Response if is_file else JSONResponse,
            status_code=operation.status,
            tags=[self.tag],
            summary=summary.rstrip("."),
            description=description.strip(),
            response_description="Done" if operation.status != 204 else "Done, nothing to say",
            responses={
                **({operation.status: _ANY_FILE} if is_file else {}),
                **{code: {"model": answers, "description": says} for code, says in also.items()},
                **{
                    code: {"$ref": f"#/components/responses/Problem{code}"}
                    for code in sorted(statuses)
                },
            },
            openapi_extra=extra | {"parameters": parameters},
        )
        route.operation = operation
        return route


def _documented(
    handler: Callable[..., Any],
    in_path: Mapping[str, Any],
    query: Any,
    body: Any,
    examples: Sequence[Example],
) -> Callable[..., Any]:
    """A function with the signature that FastAPI is to document; it is never called."""
    parameters = []
    for name, hint in in_path.items():
        shown: Any = {
            example.says: {"summary": example.says, "value": example.path[name]}
            for example in examples
            if name in example.path
        }
        parameters.append(_parameter(name, Annotated[hint, Path(openapi_examples=shown or None)]))
    if query is not None:
        parameters.append(_parameter("query", Annotated[query, Query()]))
    if body is not None:
        shown = {
            example.says: {"summary": example.says, "value": example.body}
            for example in examples
            if example.body is not None
        }
        parameters.append(_parameter("body", Annotated[body, Body(openapi_examples=shown or None)]))

    def documented() -> None:
        raise AssertionError("requests are served by serving.serve")

    documented.__name__ = handler.__name__
    documented.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return documented


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)


def _has_defaults(model: type[BaseModel]) -> bool:
    return not any(each.is_required() for each in model.model_fields.values())
