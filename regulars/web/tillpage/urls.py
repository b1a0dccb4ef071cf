"""The till page's addresses; `/till/v1` beside them is the API that it talks to."""

from django.urls import path

from regulars.web.tillpage.views import display_page, till_manifest, till_page, till_worker

app_name = "tillpage"
urlpatterns = [
    path("", till_page, name="till"),
    path("display/", display_page, name="display"),
    path("worker.js", till_worker, name="worker"),
    path("manifest.webmanifest", till_manifest, name="manifest"),
]
