"""Addresses of rewards, their orders and coupons in the console."""

from django.urls import path

from regulars.web.offers import coupons, orders, rewards

app_name = "offers"
urlpatterns = [
    path("rewards/", rewards.rewards_page, name="rewards"),
    path("rewards/new/", rewards.edit_page, name="reward_new"),
    path("rewards/of/<str:code>/", rewards.reward_page, name="reward"),
    path("rewards/of/<str:code>/edit/", rewards.edit_page, name="reward_edit"),
    path("rewards/of/<str:code>/stock/", rewards.stock, name="reward_stock"),
    path("rewards/of/<str:code>/launch/", rewards.launch, name="reward_launch"),
    path("rewards/of/<str:code>/end/", rewards.end, name="reward_end"),
    path("rewards/orders/", orders.orders_page, name="orders"),
    path("rewards/orders/<uuid:member>/<uuid:order>/", orders.act, name="order"),
    path("coupons/", coupons.coupons_page, name="coupons"),
    path("coupons/code/", coupons.look_up, name="coupon"),
    path("coupons/new/", coupons.batch_new, name="batch_new"),
    path("coupons/of/<str:code>/", coupons.batch_page, name="batch"),
    path("coupons/of/<str:code>/make/", coupons.make, name="batch_make"),
    path("coupons/of/<str:code>/export/", coupons.export, name="batch_export"),
    path("coupons/of/<str:code>/revoke/", coupons.revoke, name="batch_revoke"),
]
