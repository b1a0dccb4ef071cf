"""The home page, the approvals and the audit: who sees what, and what a word does."""

import ast
import re
from pathlib import Path

import pytest
from till_shop import DOCUMENT, open_shop

import regulars
from regulars.contexts.ledger.usecases.adjustments import request_adjustment
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.models import Approval, AuditRow
from regulars.contexts.security.queries import find_actor
from regulars.contexts.security.types import Role
from regulars.contexts.till.types import MemberKey, ReadBooks
from regulars.contexts.till.usecases.places import create_store
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.console.audit_words import WORDS
from regulars.web.console.overview import OVERVIEW
from regulars.web.pages import remembered
from regulars.web.pages.figures import FIGURES

TITLED = {**DOCUMENT, "title": {"en": "Corner <b>shop", "ru": "Лавка"}}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch):
    monkeypatch.setattr(remembered, "PATIENCE_S", 30)
    yield
    FIGURES.forget()
    OVERVIEW.forget()


@pytest.fixture
def shop(django_on_fresh_database):
    FIGURES.forget()
    OVERVIEW.forget()
    with open_shop(django_on_fresh_database, TITLED, utc_now()) as shop:
        in_transaction(lambda: create_store("s1", "Central <i>", now=shop.now, by=shop.by))
        yield shop


@pytest.fixture
def asked(shop, sign_in):
    """A correction over the limit that support asked for, and the member."""
    member = shop.enrol("anna")
    support = find_actor(sign_in(Role.SUPPORT).staff_id)
    outcome = in_transaction(
        lambda: request_adjustment(
            member, programme=compiled_at(shop.now), currency="points", amount=5000,
            reason_text="Lost <receipt>", limit=1000, now=shop.now, by=support,
        )
    )  # fmt: skip
    return outcome.approval, member


def balance(shop, member):
    shop.now = utc_now()
    return shop.ask(ReadBooks(MemberKey(ref=member), shop.now)).balances["points"].active


def test_the_home_page_tells_what_runs_and_how_it_goes(shop, sign_in):
    member = shop.enrol("anna")
    shop.sell(member, 500)
    shop.sell(None, 300)
    browser = sign_in()
    page = browser.get("/console/").content.decode()
    assert "Corner &lt;b&gt;shop" in page
    assert 'hx-get="/console/figures/"' in page
    part = browser.get("/console/figures/").content.decode()
    assert "RUB\N{NO-BREAK SPACE}800" in part
    assert "62.5% of all sales" in part
    assert "Central &lt;i&gt;" in part
    # Read once, they come with the page itself.
    assert "62.5% of all sales" in browser.get("/console/").content.decode()


def test_before_there_is_a_programme_the_home_page_says_what_to_do(
    django_on_fresh_database, sign_in
):
    page = sign_in().get("/console/").content.decode()
    assert "No programme is in force yet" in page
    assert 'href="/console/start/"' in page


def test_a_cashier_sees_no_figures_and_no_trail(shop, sign_in):
    browser = sign_in(Role.CASHIER)
    page = browser.get("/console/").content.decode()
    assert "figures/" not in page
    assert "What changed" not in page
    for path in ("/console/figures/", "/console/audit/", "/console/approvals/"):
        assert browser.get(path).status_code == 403


def test_strangers_are_led_to_the_sign_in(client, db):
    for path in ("/console/", "/console/audit/", "/console/approvals/", "/console/brand/"):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/console/sign-in/?next=%2Fconsole%2F")


def test_a_second_person_agrees_and_it_is_booked(shop, asked, sign_in):
    approval, member = asked
    browser = sign_in(Role.OWNER)
    assert "Lost &lt;receipt&gt;" in browser.get("/console/").content.decode()
    page = browser.get("/console/approvals/").content.decode()
    assert "+5,000" in page
    answer = browser.post(
        f"/console/approvals/{approval.id}/decide/", {"decision": "approved"}, follow=True
    )
    assert "Approved and booked." in answer.content.decode()
    assert balance(shop, member) == 5000
    assert "Nothing is waiting" in answer.content.decode()


def test_a_refusal_needs_a_reason_and_books_nothing(shop, asked, sign_in):
    approval, member = asked
    browser = sign_in(Role.CONTROLLER)
    path = f"/console/approvals/{approval.id}/decide/"
    browser.post(path, {"decision": "rejected", "reason": " "})
    assert Approval.objects.get().decision is None
    browser.post(path, {"decision": "rejected", "reason": "no proof"})
    assert Approval.objects.get().decision_reason == "no proof"
    assert balance(shop, member) == 0


def test_who_asked_cannot_agree(shop, asked, sign_in):
    approval, member = asked
    sign_in(Role.OWNER)
    own = sign_in(Role.SUPPORT)
    path = f"/console/approvals/{approval.id}/decide/"
    own.post(path, {"decision": "approved"})
    assert Approval.objects.get().decision is None
    assert balance(shop, member) == 0


@pytest.mark.parametrize("told", [{}, {"decision": "maybe"}, {"decision": "approved" * 99}])
def test_a_word_that_is_none_is_refused(shop, asked, sign_in, told):
    approval, _ = asked
    answer = sign_in().post(f"/console/approvals/{approval.id}/decide/", told)
    assert answer.status_code == 400
    assert Approval.objects.get().decision is None


def test_the_trail_is_read_by_pages_and_filters(shop, sign_in):
    browser = sign_in()
    for number in range(60):
        shop.enrol(f"member-{number}")
    first = browser.get("/console/audit/?kind=member").content.decode()
    assert first.count("<tr>") == 51
    (cursor,) = re.findall(r'href="(\?[^"]*cursor[^"]*)" rel="next"', first)
    second = browser.get("/console/audit/" + cursor.replace("&amp;", "&")).content.decode()
    assert second.count("<tr>") == 11
    row = AuditRow.objects.filter(object_kind="member").first()
    one = browser.get(f"/console/audit/?object={row.object_id}").content.decode()
    assert one.count("<tr>") == 2


@pytest.mark.parametrize(
    "query",
    ["since=yesterday", "kind=%00", "object=" + "x" * 500, "actor='--", "until=9999-99-99"],
)
def test_filters_that_make_no_sense_break_nothing(shop, sign_in, query):
    assert sign_in().get(f"/console/audit/?{query}").status_code == 200


def test_a_cursor_of_ones_own_making_is_refused(shop, sign_in):
    assert sign_in().get("/console/audit/?cursor=abc").status_code == 422


def actions_of(tree):
    """The actions that a module writes into the trail: said outright, or handed to a function of its own."""
    wrappers = {"record_audit": (0, "{}")}
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        names = [argument.arg for argument in function.args.args]
        for call in calls_of(function, {"record_audit"}):
            said = call.args[0]
            shape = ast.unparse(said).strip("f'") if isinstance(said, ast.JoinedStr) else ""
            found = re.findall(r"{(\w+)}", shape) or [getattr(said, "id", "")]
            if found[0] in names:
                pattern = re.sub(r"{\w+}", "{}", shape) or "{}"
                wrappers[function.name] = (names.index(found[0]), pattern)
    for call in calls_of(tree, wrappers):
        place, pattern = wrappers[call.func.id]
        said = call.args[place] if place < len(call.args) else None
        if isinstance(said, ast.Constant):
            yield pattern.format(said.value)


def calls_of(tree, names):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names:
            yield node


def test_every_action_of_the_trail_has_words():
    root = Path(regulars.__path__[0])
    trees = [ast.parse(path.read_text()) for path in root.rglob("*.py")]
    found = {name for tree in trees for name in actions_of(tree)}
    assert len(found) > 90
    assert found - WORDS.keys() == set()
