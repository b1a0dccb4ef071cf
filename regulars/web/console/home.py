"""The console's first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from regulars.web.accounts.guard import staff_page


@staff_page()
@require_safe
def home_page(request: HttpRequest) -> HttpResponse:
    """What runs, what needs a person, and where to go."""
    return render(request, "console/home.html")
