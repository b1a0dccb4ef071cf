"""Which pages Django serves."""

from django.urls import include, path

from regulars.web.pages.front import front_page

urlpatterns = [
    path("", front_page, name="front"),
    path("design/", include("regulars.web.design.urls")),
    path("", include("regulars.web.accounts.urls")),
    path("console/programme/", include("regulars.web.editor.urls")),
    path("console/", include("regulars.web.office.urls")),
    path("console/", include("regulars.web.intake.urls")),
    path("console/", include("regulars.web.insight.urls")),
    path("console/", include("regulars.web.planning.urls")),
    path("console/", include("regulars.web.offers.urls")),
    path("console/", include("regulars.web.console.urls")),
    path("app/", include("regulars.web.memberapp.urls")),
    path("till/", include("regulars.web.tillpage.urls")),
]
