"""The letters of a demo: shown to whoever tries it, and there only where nothing is ever sent."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.web.accounts.guard import public_page

_SHOWN = 20


@public_page
@never_cache
@require_safe
def letters(request: HttpRequest) -> HttpResponse:
    """The last letters that a demo has laid into its folder; not found anywhere else."""
    if not settings.DEMO_LETTERS:
        raise Http404
    found = sorted(Path(settings.DEMO_LETTERS).glob("*.txt"), reverse=True)[:_SHOWN]
    texts = [path.read_text() for path in found]
    return render(request, "accounts/demo_letters.html", {"letters": texts})
