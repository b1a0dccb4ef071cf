"""What a key may do stands under the headings of its areas, each scope once."""

import re

from regulars.contexts.security.access import SCOPE_PERMISSIONS, plane_of
from regulars.contexts.security.types import Plane, Role
from regulars.web.office.scope_words import scope_areas

MANAGEMENT = [scope for scope in SCOPE_PERMISSIONS if plane_of(scope) is Plane.MANAGE]


def test_every_scope_of_programs_stands_in_one_area():
    shown = [value for _, choices in scope_areas(MANAGEMENT) for value, _ in choices]
    assert sorted(shown) == sorted(scope.value for scope in MANAGEMENT)


def test_the_page_has_the_headings_of_what_its_person_may_give(django_on_fresh_database, sign_in):
    page = sign_in().get("/console/keys/new/").content.decode()
    heads = re.findall(r'id="id_scopes_area_\d+">([^<]+)<', page)
    assert heads == [
        "Members", "Points", "Programme", "Rewards", "Stores and receipts", "Figures",
        "Installation",
    ]  # fmt: skip
    named = re.findall(r'aria-labelledby="(id_scopes_area_\d+)"', page)
    assert len(set(named)) == len(heads)
    assert page.count('name="scopes"') == len(MANAGEMENT)
    few = sign_in(Role.INTEGRATOR).get("/console/keys/new/").content.decode()
    assert 'value="staff:write"' not in few


def test_what_was_chosen_stays_chosen_when_something_is_wrong(django_on_fresh_database, sign_in):
    sent = {"name": "", "scopes": ["reports:read"]}
    page = sign_in().post("/console/keys/new/", sent).content.decode()
    assert re.search(r'<input[^>]*value="reports:read"[^>]*checked', page)
    assert page.count("checked") == 1
