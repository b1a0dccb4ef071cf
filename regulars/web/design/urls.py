"""Pages and files that belong to no face: the visitor's choices and the operator's brand."""

from django.urls import path

from regulars.web.design.brand import brand_icon, brand_logo, brand_style, preview_style
from regulars.web.design.preferences import preferences

app_name = "design"
urlpatterns = [
    path("preferences/", preferences, name="preferences"),
    path("brand.css", brand_style, name="brand_style"),
    path("preview.css", preview_style, name="preview_style"),
    path("brand.svg", brand_icon, name="brand_icon"),
    path("logo/<str:digest>.png", brand_logo, name="logo"),
]
