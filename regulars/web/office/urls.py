"""The pages of the office: places, keys, cards, rewards, coupons, files."""

from django.urls import path

from regulars.web.office.cards import (
    cards_page,
    new_batch,
    new_range,
    print_cards,
    range_page,
)
from regulars.web.office.gift_cards import gift_card_page, gift_cards_page, new_gift_cards
from regulars.web.office.keys import end_key, keys_page, new_key
from regulars.web.office.places import (
    edit_cashier,
    edit_store,
    new_cashier,
    new_store,
    places_page,
    store_page,
    switch_cashier,
    switch_store,
)
from regulars.web.office.tills import (
    edit_till,
    end_till_key,
    new_till,
    new_till_key,
    switch_till,
    till_page,
)

app_name = "office"
_STORE = "stores/at/<str:store>/"
_TILL = f"{_STORE}tills/at/<str:till>/"
urlpatterns = [
    path("stores/", places_page, name="places"),
    path("stores/new/", new_store, name="new_store"),
    path(_STORE, store_page, name="store"),
    path(f"{_STORE}edit/", edit_store, name="edit_store"),
    path(f"{_STORE}switch/", switch_store, name="switch_store"),
    path(f"{_STORE}cashiers/new/", new_cashier, name="new_cashier"),
    path(f"{_STORE}cashiers/at/<str:cashier>/", edit_cashier, name="edit_cashier"),
    path(f"{_STORE}cashiers/at/<str:cashier>/switch/", switch_cashier, name="switch_cashier"),
    path(f"{_STORE}tills/new/", new_till, name="new_till"),
    path(_TILL, till_page, name="till"),
    path(f"{_TILL}edit/", edit_till, name="edit_till"),
    path(f"{_TILL}switch/", switch_till, name="switch_till"),
    path(f"{_TILL}keys/new/", new_till_key, name="new_till_key"),
    path(f"{_TILL}keys/<uuid:key_id>/end/", end_till_key, name="end_till_key"),
    path("keys/", keys_page, name="keys"),
    path("keys/new/", new_key, name="new_key"),
    path("keys/<uuid:key_id>/end/", end_key, name="end_key"),
    path("cards/", cards_page, name="cards"),
    path("cards/new/", new_range, name="new_range"),
    path("cards/at/<str:code>/", range_page, name="card_range"),
    path("cards/at/<str:code>/new/", new_batch, name="new_batch"),
    path("cards/at/<str:code>/<int:batch>/print/", print_cards, name="print_cards"),
    path("gift-cards/", gift_cards_page, name="gift_cards"),
    path("gift-cards/new/", new_gift_cards, name="new_gift_cards"),
    path("gift-cards/one/", gift_card_page, name="gift_card"),
]
