"""Addresses of what the books tell: analytics, liability and closed months."""

from django.urls import path, register_converter

from regulars.web.insight import analytics, closing, liability, studies
from regulars.web.insight.months import MonthInAddress

register_converter(MonthInAddress, "month")

app_name = "insight"
urlpatterns = [
    path("analytics/", analytics.figures_page, name="figures"),
    path("analytics/segments/", analytics.segments_page, name="segments"),
    path("analytics/cohorts/", analytics.cohorts_page, name="cohorts"),
    path("analytics/value/", analytics.value_page, name="value"),
    path("analytics/studies/", studies.analyses_page, name="analyses"),
    path("analytics/studies/begin/", studies.ask, name="ask"),
    path("analytics/studies/<uuid:study_id>/", studies.analysis_page, name="analysis"),
    path("analytics/studies/<uuid:study_id>/cancel/", studies.cancel, name="cancel"),
    path(
        "analytics/studies/<uuid:study_id>/files/<str:name>", studies.study_file, name="study_file"
    ),
    path("liability/", liability.liability_page, name="liability"),
    path("liability/<month:month>/figures/", liability.liability_figures, name="liability_figures"),
    path("liability/<month:month>/comparison/", liability.comparison, name="comparison"),
    path("liability/<month:month>/journal/", liability.journal_file, name="journal"),
    path("liability/<month:month>/close/", closing.close, name="close"),
    path("liability/<month:month>/reopen/", closing.reopen, name="reopen"),
]
