"""Every operation of the management plane."""

from regulars.web.api.operation import Route

MANAGE_ROUTES: tuple[Route, ...] = ()
