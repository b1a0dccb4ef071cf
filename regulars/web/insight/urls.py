"""Addresses of what the books tell: liability and closed months."""

from django.urls import path, register_converter

from regulars.web.insight import closing, liability
from regulars.web.insight.months import MonthInAddress

register_converter(MonthInAddress, "month")

app_name = "insight"
urlpatterns = [
    path("liability/", liability.liability_page, name="liability"),
    path("liability/<month:month>/figures/", liability.liability_figures, name="liability_figures"),
    path("liability/<month:month>/comparison/", liability.comparison, name="comparison"),
    path("liability/<month:month>/journal/", liability.journal_file, name="journal"),
    path("liability/<month:month>/close/", closing.close, name="close"),
    path("liability/<month:month>/reopen/", closing.reopen, name="reopen"),
]
