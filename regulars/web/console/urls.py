"""The console's pages."""

from django.urls import path

from regulars.web.console.design import design_page
from regulars.web.console.home import home_page

app_name = "console"
urlpatterns = [
    path("", home_page, name="home"),
    path("design/", design_page, name="design"),
]
