"""The console's pages."""

from django.urls import path

from regulars.web.console.approvals import approvals_page, decide
from regulars.web.console.audit import audit_csv, audit_page
from regulars.web.console.brand import brand_page, brand_preview
from regulars.web.console.design import design_page
from regulars.web.console.home import home_figures, home_page
from regulars.web.console.member import member_history, member_page
from regulars.web.console.member_acts import (
    adjust,
    block,
    erase,
    hand_out,
    replace,
    switch_card,
    unblock,
)
from regulars.web.console.members import keep_view, members_page, remove_view
from regulars.web.console.merging import merge, merge_preview
from regulars.web.console.statement import statement_file, statement_page
from regulars.web.console.support import answer, ask_support, request_page, support_page
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
    path("audit/csv/", audit_csv, name="audit_csv"),
    path("brand/", brand_page, name="brand"),
    path("brand/preview/", brand_preview, name="brand_preview"),
    path("members/", members_page, name="members"),
    path("members/views/", keep_view, name="keep_view"),
    path("members/views/<uuid:view_id>/remove/", remove_view, name="remove_view"),
    path("members/<uuid:member_id>/", member_page, name="member"),
    path("members/<uuid:member_id>/history/", member_history, name="member_history"),
    path("members/<uuid:member_id>/statement/", statement_page, name="statement"),
    path("members/<uuid:member_id>/statement.pdf", statement_file, name="statement_file"),
    path("members/<uuid:member_id>/adjust/", adjust, name="adjust"),
    path("members/<uuid:member_id>/block/", block, name="block"),
    path("members/<uuid:member_id>/unblock/", unblock, name="unblock"),
    path("members/<uuid:member_id>/replace-card/", replace, name="replace"),
    path("members/<uuid:member_id>/card/", switch_card, name="switch_card"),
    path("members/<uuid:member_id>/merge/", merge_preview, name="merge_preview"),
    path("members/<uuid:member_id>/merge/<uuid:other_id>/", merge, name="merge"),
    path("members/<uuid:member_id>/data/", hand_out, name="hand_out"),
    path("members/<uuid:member_id>/erase/", erase, name="erase"),
    path("members/<uuid:member_id>/requests/", ask_support, name="ask_support"),
    path("support/", support_page, name="support"),
    path("support/<uuid:request_id>/", request_page, name="support_request"),
    path("support/<uuid:request_id>/answer/", answer, name="answer"),
    path("programme/", versions_page, name="versions"),
    path("programme/<int:number>/", version_page, name="version"),
    path("programme/<int:number>/edit/", edit_page, name="version_edit"),
    path("programme/<int:number>/approve/", approve, name="version_approve"),
    path("programme/<int:number>/publish/", publish, name="version_publish"),
    path("programme/<int:number>/drop/", drop, name="version_drop"),
    path("design/", design_page, name="design"),
]
