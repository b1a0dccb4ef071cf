"""Every operation of the till plane; the most frequent first."""

from regulars.web.api.operation import Route
from regulars.web.api.till.sales import sales

TILL_ROUTES: tuple[Route, ...] = (*sales.routes,)
