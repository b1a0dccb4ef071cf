"""The console's pages."""

from django.urls import path

from regulars.web.console.brand import brand_page, brand_preview
from regulars.web.console.design import design_page
from regulars.web.console.home import home_page

app_name = "console"
urlpatterns = [
    path("", home_page, name="home"),
    path("brand/", brand_page, name="brand"),
    path("brand/preview/", brand_preview, name="brand_preview"),
    path("design/", design_page, name="design"),
]
