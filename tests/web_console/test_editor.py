"""The programme's editor: parts in generated forms, sentences, order, files, the simulator."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from till_shop import DOCUMENT, open_shop

from regulars.contexts.programme.models import Version
from regulars.contexts.programme.queries import export_version, get_programme, get_version
from regulars.contexts.programme.usecases import draft_version
from regulars.contexts.security.types import Role
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

PAGES = "/console/programme/2/"
RULE = {
    "title.en": "A fifth",
    "title.ru": "Пятая часть",
    "mechanic": "rate_per_amount",
    "currency": "points",
    "params.points": "20",
    "params.per": "100",
    "params.whole_steps.asked": "1",
    "enabled.asked": "1",
    "enabled": "1",
    "final.asked": "1",
    "when.joint": "all",
}


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, DOCUMENT, utc_now()) as shop:
        in_transaction(lambda: draft_version(DOCUMENT, now=utc_now(), by=shop.author))
        yield shop


@pytest.fixture
def writer(shop, sign_in):
    return sign_in(Role.MARKETER)


def rule(key="base", number=2):
    return next(each for each in get_programme(number).earning if each.id == key)


def fields(page):
    """What the form on a page would send, unchanged."""
    found = {}
    body = re.search(r'<form[^>]*id="part-form".*?</form>', page, re.S)[0]
    for tag in re.findall(r"<input[^>]*>", body):
        name = re.search(r'name="([^"]+)"', tag)
        value = re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found.setdefault(name[1], []).append(value[1] if value else "")
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', body, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        first = re.search(r'value="([^"]*)"', inner)
        found[name] = [(chosen or first)[1]]
    found.pop("csrfmiddlewaretoken", None)
    return {name: values for name, values in found.items() if not name.endswith(".new")}


def test_a_version_is_told_in_sentences_in_the_language_of_the_page(shop, sign_in):
    page = sign_in().get(PAGES + "words/").content.decode()
    assert "For every 100\u00a0RUB spent: 10" in page
    page = sign_in(language="ru").get(PAGES + "words/").content.decode()
    assert "За каждые 100\u00a0RUB покупки: 10" in page


def test_a_form_that_is_sent_back_unchanged_changes_nothing(shop, writer):
    before = get_programme(2)
    for path in ("earning/base", "earning/slow", "currencies/points", "currencies/late",
                 "returns", "timing", "earning_policy", "promotion_policy"):  # fmt: skip
        page = writer.get(f"{PAGES}part/{path}/").content.decode()
        answer = writer.post(f"{PAGES}part/{path}/", fields(page))
        assert answer.status_code == 302, (path, answer.content.decode())
        assert get_programme(2) == before, path


def test_a_rule_is_changed_by_its_form_and_by_nothing_else(shop, writer):
    answer = writer.post(PAGES + "part/earning/base/", RULE)
    assert answer["Location"] == PAGES + "words/"
    assert rule().params.points == 20
    assert rule().title == {"en": "A fifth", "ru": "Пятая часть"}
    assert rule().caps is None
    assert rule("slow") == rule("slow", 1)
    assert get_programme(1).earning[0].params.points == 10


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(shop, writer):
    before = get_version(2, now=utc_now()).digest
    answer = writer.post(PAGES + "part/earning/base/", RULE | {"params.points": "<b>many"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'id="f-params-points"[^>]*aria-invalid="true"', page)
    assert 'id="f-params-points-error"' in page
    assert "<b>many" not in page
    assert "&lt;b&gt;many" in page
    assert get_version(2, now=utc_now()).digest == before


def test_conditions_are_added_joined_and_dropped(shop, writer):
    url = PAGES + "part/earning/base/"
    added = RULE | {"add": "when", "when.new": "amount"}
    page = writer.post(url, added, headers={"HX-Request": "true"}).content.decode()
    assert 'name="when.0.amount.min"' in page
    one = {"when.0.code": "amount", "when.0.amount.min": "1 000,50"}
    two = {"when.1.code": "weekday", "when.1.weekday.in": ["sat", "sun"], "when.1.negated": "1"}
    assert writer.post(url, RULE | one | two).status_code == 302
    first, second = rule().when.nodes
    assert (first.code, str(first.params.min)) == ("amount", "1000.5")
    assert (second.code, second.nodes[0].params.in_) == ("not", ("sat", "sun"))
    dropped = RULE | one | two | {"drop": "when.0"}
    page = writer.post(url, dropped, headers={"HX-Request": "true"}).content.decode()
    assert 'name="when.0.weekday.in"' in page
    assert "when.1.code" not in page


def test_a_wrong_condition_is_told_at_its_own_field(shop, writer):
    wrong = {"when.0.code": "hours", "when.0.hours.from": "25:00", "when.0.hours.to": "12:00"}
    page = writer.post(PAGES + "part/earning/base/", RULE | wrong).content.decode()
    assert 'id="f-when-0-hours-from-error"' in page


def test_the_sentence_follows_what_is_typed(shop, writer):
    page = writer.post(PAGES + "preview/earning/base/", RULE | {"params.points": "7"})
    assert "For every 100\u00a0RUB spent: 7" in page.content.decode()
    page = writer.post(PAGES + "preview/earning/base/", RULE | {"params.per": "0"})
    assert "For every amount of money" in page.content.decode()
    assert get_programme(2) == get_programme(1)


def test_another_mechanic_brings_its_own_fields(shop, writer):
    posted = RULE | {"mechanic": "threshold_steps", "add": "params.steps"}
    page = writer.post(
        PAGES + "part/earning/base/", posted, headers={"HX-Request": "true"}
    ).content.decode()
    assert 'name="params.steps.0.from"' in page
    assert 'name="params.per"' not in page


def test_a_new_rule_and_a_new_promotion_are_added_once(shop, writer):
    new = RULE | {"id": "fresh"}
    assert writer.post(PAGES + "part/earning/", new).status_code == 302
    assert rule("fresh").params.points == 20
    assert writer.post(PAGES + "part/earning/", new).status_code == 422
    sale = {"id": "sale", "title.en": "Sale", "kind": "percent", "params.percent": "15",
            "trigger.kind": "auto", "stacks": "all", "when.joint": "all"}  # fmt: skip
    answer = writer.post(PAGES + "part/promotions/", sale)
    assert answer.status_code == 302, answer.content.decode()
    assert get_programme(2).promotions[0].params.percent == 15


def test_rules_are_put_in_another_order(shop, writer):
    def order():
        found = sorted(get_programme(2).earning, key=lambda each: (each.priority, each.id))
        return [each.id for each in found]

    first, second, *_ = before = order()
    writer.post(f"{PAGES}move/earning/{second}/", {"place": "0"})
    assert order()[:2] == [second, first]
    writer.post(f"{PAGES}move/earning/{second}/", {"place": str(len(before))})
    assert order()[-1] == second


def test_a_removed_rule_is_gone_and_one_in_use_stays(shop, writer):
    writer.post(PAGES + "remove/earning/slow/")
    assert [each.id for each in get_programme(2).earning if each.id == "slow"] == []
    writer.post(PAGES + "remove/currencies/points/")
    assert "points" in get_programme(2).currencies


def test_the_simulator_tells_the_reason_and_writes_nothing(shop, writer):
    basket = {"try_line.0.price": "250", "try_line.0.quantity": "2"}
    page = writer.post(PAGES + "try/", basket).content.decode()
    assert "500.00" in page
    assert "A tenth" in page
    assert "+50" in page
    page = writer.post(PAGES + "try/earning/base/", basket | RULE).content.decode()
    assert "+100" in page
    assert get_programme(2) == get_programme(1)


def test_a_receipt_of_the_past_is_counted_anew(shop, writer):
    sale = shop.sell(shop.enrol("Anna"), 300)
    asked = {
        "try_of": "receipt",
        "try_number": sale.key.number,
        "try_till": f"{sale.key.store}/{sale.key.till}",
    }
    assert "300.00" in writer.post(PAGES + "try/", asked).content.decode()
    page = writer.post(PAGES + "try/", asked | {"try_number": "none"}).content.decode()
    assert "300.00" not in page


@pytest.mark.parametrize("price", ["-1", "1e99", "NaN", "<script>alert(1)</script>", "0.001"])
def test_a_basket_that_is_none_is_refused_in_words(shop, writer, price):
    answer = writer.post(PAGES + "try/", {"try_line.0.price": price})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_a_file_goes_out_and_comes_in_again(shop, writer):
    text = writer.get(PAGES + "file/").content
    assert text.decode() == export_version(2)
    file = SimpleUploadedFile("p.yaml", text)
    assert writer.post("/console/programme/upload/", {"file": file})["Location"].endswith("/3/")
    assert get_programme(3) == get_programme(2)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"a: &x [*x]", b"- 1", b"x" * 1_100_000])
def test_a_file_that_is_wrong_is_refused(shop, writer, content):
    file = SimpleUploadedFile("<script>.yaml", content)
    answer = writer.post("/console/programme/upload/", {"file": file})
    assert answer.status_code == 422
    assert Version.objects.count() == 2


def test_a_draft_is_begun_from_the_version_in_force(shop, writer):
    answer = writer.post("/console/programme/1/begin/")
    assert answer["Location"] == "/console/programme/3/words/"
    assert get_programme(3) == get_programme(1)


def test_what_is_no_draft_is_not_changed(shop, writer):
    answer = writer.post("/console/programme/1/part/earning/base/", RULE)
    assert answer.status_code == 422
    assert get_programme(1).earning[0].params.points == 10


def test_what_somebody_changed_meanwhile_is_not_lost(shop, writer):
    answer = writer.post(PAGES + "part/earning/base/", RULE | {"seen": "0" * 64})
    assert answer.status_code == 422
    assert get_programme(2) == get_programme(1)


def test_parts_that_are_not_there_are_not_found(shop, writer):
    for path in ("part/earning/none/", "part/nothing/", "part/currencies/none/"):
        assert writer.get(PAGES + path).status_code == 404, path
        assert writer.post(PAGES + path, RULE).status_code == 404, path
    assert writer.get("/console/programme/99/words/").status_code == 404


def test_who_may_only_read_sees_words_and_changes_nothing(shop, sign_in):
    reader = sign_in(Role.AUDITOR)
    assert reader.get(PAGES + "words/").status_code == 200
    assert reader.post(PAGES + "try/", {"try_line.0.price": "1"}).status_code == 200
    for path in ("begin/", "part/earning/base/", "preview/earning/base/", "move/earning/base/",
                 "remove/earning/base/", "roll-back/"):  # fmt: skip
        assert reader.post(PAGES + path).status_code == 403, path
    assert sign_in(Role.CASHIER).get(PAGES + "words/").status_code == 403


def test_texts_of_people_are_shown_as_text(shop, writer):
    told = RULE | {"title.en": "<script>alert(1)</script>", "goods.skus": "<img src=x>"}
    assert writer.post(PAGES + "part/earning/base/", told).status_code == 302
    for path in ("words/", "part/earning/base/"):
        page = writer.get(PAGES + path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_a_forged_form_is_refused(shop, sign_in):
    forged = sign_in(Role.OWNER, enforce_csrf_checks=True)
    assert forged.post(PAGES + "part/earning/base/", RULE).status_code == 403
    assert rule().params.points == 10
