"""The one ASGI application: the API by FastAPI, static files, everything else by Django's pages."""

import os

from regulars.kit.processes import die_with_parent
from regulars.project.wsgi import application as pages_application

# isort: split
# Django is ready from here on: the API may import models.
from regulars.project.pages import Pages, Receive, Scope, Send
from regulars.project.proxies import behind, configured_proxies
from regulars.project.static_files import StaticFiles
from regulars.web.api.app import build_app

API_PREFIXES = ("/till/v1", "/manage/v1", "/openapi.json", "/docs")

if os.environ.get("REGULARS_DIE_WITH_PARENT") == "1":
    die_with_parent()

_api = build_app()
_pages = Pages(pages_application)
_static = StaticFiles()


async def _face(scope: Scope, receive: Receive, send: Send) -> None:
    """Hand a request to whom it concerns; start and end of the server concern the API."""
    if scope["type"] == "lifespan" or scope["path"].startswith(API_PREFIXES):
        await _api(scope, receive, send)
    elif scope["path"].startswith(_static.prefix):
        await _static(scope, receive, send)
    else:
        await _pages(scope, receive, send)


application = behind(configured_proxies(), _face)
