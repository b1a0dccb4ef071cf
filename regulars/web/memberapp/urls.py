"""The member app's addresses; signing in and devices are under accounts."""

from django.urls import path

from regulars.web.memberapp.device import app_manifest, app_worker, code_device
from regulars.web.memberapp.history import history_page
from regulars.web.memberapp.home import fresh_part, home_page
from regulars.web.memberapp.offers import activate, offers_page
from regulars.web.memberapp.own_data import ask, own_data, take
from regulars.web.memberapp.push import switch_off, switch_on
from regulars.web.memberapp.rewards import redeem, rewards_page

app_name = "memberapp"
urlpatterns = [
    path("", home_page, name="home"),
    path("fresh/", fresh_part, name="fresh"),
    path("history/", history_page, name="history"),
    path("rewards/", rewards_page, name="rewards"),
    path("rewards/<str:code>/", redeem, name="redeem"),
    path("offers/", offers_page, name="offers"),
    path("offers/<str:promotion>/", activate, name="activate"),
    path("data/", own_data, name="data"),
    path("data/file/", take, name="take_data"),
    path("data/erasure/", ask, name="ask_erasure"),
    path("device/", code_device, name="device"),
    path("push/on/", switch_on, name="push_on"),
    path("push/off/", switch_off, name="push_off"),
    path("worker.js", app_worker, name="worker"),
    path("manifest.webmanifest", app_manifest, name="manifest"),
]
