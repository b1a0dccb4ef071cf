"""Addresses of imports."""

from django.urls import path

from regulars.web.intake import columns, imports

app_name = "intake"
urlpatterns = [
    path("import/", imports.imports_page, name="imports"),
    path("import/file/<uuid:upload_id>/", columns.columns_page, name="columns"),
    path("import/file/<uuid:upload_id>/remove/", columns.remove, name="remove"),
    path("import/<uuid:study_id>/", imports.import_page, name="import"),
    path("import/<uuid:study_id>/start/", imports.start, name="start"),
    path("import/<uuid:study_id>/cancel/", imports.cancel, name="cancel"),
    path("import/<uuid:study_id>/rejects.csv", imports.rejects, name="rejects"),
]
