"""Which pages Django serves."""

from django.urls import path

from regulars.web.pages.front import front_page

urlpatterns = [path("", front_page, name="front")]
