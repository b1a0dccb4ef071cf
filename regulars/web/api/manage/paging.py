"""Lists in parts: what a request says about the part it wants."""

from typing import Annotated

from pydantic import Field

from regulars.web.api.values import Closed, QueryInteger, plain

LIMIT_MAX = 100


class PageQuery(Closed):
    """Which part of a list."""

    cursor: Annotated[str, plain(400)] | None = Field(
        default=None, description="`next` of the part before"
    )
    limit: Annotated[QueryInteger, Field(ge=1, le=LIMIT_MAX)] = 50
