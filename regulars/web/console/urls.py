"""The console's pages."""

from django.urls import path

from regulars.web.console.approvals import approvals_page, decide
from regulars.web.console.audit import audit_page
from regulars.web.console.brand import brand_page, brand_preview
from regulars.web.console.design import design_page
from regulars.web.console.home import home_figures, home_page
from regulars.web.console.versions import (
    approve,
    drop,
    edit_page,
    publish,
    version_page,
    versions_page,
)

app_name = "console"
urlpatterns = [
    path("", home_page, name="home"),
    path("figures/", home_figures, name="home_figures"),
    path("approvals/", approvals_page, name="approvals"),
    path("approvals/<uuid:approval_id>/decide/", decide, name="decide"),
    path("audit/", audit_page, name="audit"),
    path("brand/", brand_page, name="brand"),
    path("brand/preview/", brand_preview, name="brand_preview"),
    path("programme/", versions_page, name="versions"),
    path("programme/<int:number>/", version_page, name="version"),
    path("programme/<int:number>/edit/", edit_page, name="version_edit"),
    path("programme/<int:number>/approve/", approve, name="version_approve"),
    path("programme/<int:number>/publish/", publish, name="version_publish"),
    path("programme/<int:number>/drop/", drop, name="version_drop"),
    path("design/", design_page, name="design"),
]
