"""Addresses of the programme's editor."""

from django.urls import path

from regulars.web.editor import cost, draft, part, samples

app_name = "editor"
urlpatterns = [
    path("upload/", draft.upload, name="upload"),
    path("<int:number>/words/", draft.draft_page, name="draft"),
    path("<int:number>/begin/", draft.begin, name="begin"),
    path("<int:number>/file/", draft.download, name="file"),
    path("<int:number>/roll-back/", draft.roll_back, name="roll_back"),
    path("<int:number>/cost/", cost.reckon, name="reckon"),
    path("<int:number>/cost/<uuid:study>/", cost.cost_page, name="cost"),
    path("<int:number>/try/", samples.try_page, name="try"),
    path("<int:number>/move/<str:section>/<str:key>/", draft.move, name="move"),
    path("<int:number>/remove/<str:section>/<str:key>/", draft.remove, name="remove"),
    path("<int:number>/part/<str:section>/", part.part_page, name="part"),
    path("<int:number>/part/<str:section>/<str:key>/", part.part_page, name="part"),
    path("<int:number>/preview/<str:section>/", part.preview, name="preview"),
    path("<int:number>/preview/<str:section>/<str:key>/", part.preview, name="preview"),
    path("<int:number>/try/<str:section>/", part.try_part, name="try_part"),
    path("<int:number>/try/<str:section>/<str:key>/", part.try_part, name="try_part"),
]
