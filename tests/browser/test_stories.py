"""«Done 2», in Russian: joined at the till, a card lost, a reward given back, a member forgotten."""

import time

from browser.app import new_reward, signed_in
from browser.strips import Strip
from browser.till import new_customer, new_till, open_till, scan
from regulars.contexts.security.types import Role
from regulars.core.identifiers import with_check_digit

DESK = {"width": 1280, "height": 860, "language": "ru"}
PHONE = {"width": 390, "height": 844, "language": "ru"}
ENROLLED_WITHIN_S = 20


def result(page, kind):
    """The sentence of the till's full-width answer, once it is of this kind."""
    found = page.locator(f"#result .result-{kind}")
    found.wait_for()
    return found.inner_text()


def opened_card(console, text):
    """The member found by typing, on a page of the console."""
    page = console.goto("/console/members/").page
    page.keyboard.press("/")
    page.keyboard.type(text)
    rows = page.locator("main table tbody tr")
    rows.nth(1).wait_for(state="detached")
    rows.get_by_role("link").first.click()
    page.locator("#identifiers").wait_for()
    return page


def test_somebody_joins_at_the_till_and_keeps_the_points_when_the_card_is_lost(window, site):
    strip = Strip("story-card")
    old, new = (with_check_digit(f"2888{number:08}", "ean13") for number in (1, 2))
    till = window(**DESK)
    till.forgiven |= {403, 404}
    page = open_till(till, new_till(site))
    page.locator("#text").fill("+7 916 444-33-22")
    page.keyboard.press("Enter")
    result(page, "data")
    began = time.monotonic()
    page.locator("#result .button").click()
    assert page.locator("#enrol-phone").input_value() == "+7 916 444-33-22"
    page.locator("#enrol-name").fill("<b>Ольга</b>")
    page.locator("#enrol-card").fill(old)
    for box in page.locator("#enrol-consents input[required]").all():
        box.check()
    strip.take(page, "Joining: one form")
    page.locator("#enrol-form .button-primary").click()
    assert "<b>Ольга</b>" in result(page, "done")
    assert time.monotonic() - began < ENROLLED_WITHIN_S
    assert page.locator("#member .name b").count() == 0
    page.locator("#amount").fill("500")
    page.locator("#figures").wait_for()
    strip.take(page, "The first purchase")
    page.locator("#earn").click()
    page.locator(".result-done", has_text="50").wait_for()

    support = window(token=site.hire(Role.SUPPORT, "Борис Котов"), **DESK)
    card = opened_card(support, old)
    card.get_by_role("button", name="Заблокировать").click()
    card.get_by_text("Карта заблокирована").wait_for()
    scan(page, old)
    result(page, "refused")
    strip.take(page, "The lost card is refused")
    card.locator("#identifiers").get_by_role("button", name="Заменить").click()
    card.get_by_role("dialog").get_by_label("Номер новой карты").fill(new)
    strip.take(card, "Another card instead")
    card.get_by_role("dialog").get_by_role("button", name="Заменить").click()
    card.locator("#identifiers").get_by_text(new).wait_for()
    support.assert_sound()
    scan(page, new)
    page.locator("#member .name").wait_for()
    assert "50" in page.locator("#member").inner_text()
    strip.take(page, "The new one opens the same points")
    page.locator("#clear").click()
    scan(page, old)
    result(page, "refused")
    till.assert_sound()
    strip.lay()


def test_a_reward_is_taken_once_given_back_and_handed_out(window, site):
    strip = Strip("story-reward")
    new_reward(site, "story", 120)
    session = signed_in(site, new_customer(site, points=3000))
    app = window(member_token=session.token, **PHONE)
    owner = window(token=site.hire(Role.OWNER), **DESK)

    def take():
        page = app.goto("/app/rewards/").page
        page.get_by_role("button", name="Кружка story").click()
        strip.take(page, "A reward, and what it takes")
        page.get_by_role("dialog").locator(".button-primary").dblclick()
        page.locator(".toast, [role=status]").first.wait_for()
        assert app.goto("/app/").page.locator("#balance").inner_text() == "180"

    def act(what, why):
        page = owner.goto("/console/rewards/orders/").page
        row = page.locator("tbody tr", has_text="Кружка story").first
        row.locator("summary").click()
        row.locator("input[name=text]").fill(why)
        strip.take(page, "The order in the console")
        owner.assert_sound()
        row.locator(f"button[value={what}]").click()
        page.wait_for_load_state()

    take()
    act("cancel", "Передумала")
    assert app.goto("/app/").page.locator("#balance").inner_text() == "300"
    app.goto("/app/rewards/").page.get_by_text("Отменено").first.wait_for()
    strip.take(app.page, "Given back: the points are there again")
    take()
    act("fulfil", "")
    app.goto("/app/rewards/").page.get_by_text("Получено").first.wait_for()
    app.assert_sound()
    strip.take(app.page, "Handed out")
    strip.lay()


def test_a_member_asks_in_the_app_to_be_forgotten_and_is(window, site):
    strip = Strip("story-erasure")
    customer = new_customer(site, points=300, name="Евдокия")
    app = window(member_token=signed_in(site, customer).token, **PHONE)
    page = app.goto("/app/account/").page
    page.get_by_role("link", name="Мои данные").click()
    page.get_by_role("button", name="Попросить удалить").click()
    strip.take(page, "The member asks")
    app.assert_sound()
    page.get_by_role("dialog").get_by_role("button", name="Попросить").click()
    page.get_by_text("Вы об этом попросили").wait_for()
    app.assert_sound()

    owner = window(token=site.hire(Role.OWNER), **DESK)
    page = owner.goto("/console/support/").page
    strip.take(page, "It waits at the support desk, with its day")
    page.locator("main tbody a", has_text="Удаление данных").first.click()
    page.locator("#answer-text").fill("Удалено.")
    page.get_by_role("button", name="Ответить").click()
    page.get_by_role("link", name="Евдокия").click()
    page.locator("summary", has_text="Ещё").click()
    page.get_by_role("button", name="Удалить данные").first.click()
    dialog = page.get_by_role("dialog")
    dialog.locator("input:not([type=hidden])").first.fill("удалить")
    dialog.locator("#erase-reason").fill("Попросила сама")
    strip.take(page, "Nothing by a slip: the word is typed")
    dialog.locator(".button-danger").click()
    page.get_by_text("Данные участника удалены").first.wait_for()
    assert "Евдокия" not in page.locator("main").inner_text()
    assert customer.phone not in page.locator("main").inner_text()
    owner.assert_sound()
    strip.take(page, "Books without a person")

    app.forgiven.add(401)
    app.page.goto(f"{site.url}/app/")
    assert "/app/sign-in/" in app.page.url
    till = window(**DESK)
    till.forgiven |= {404}
    page = open_till(till, new_till(site))
    scan(page, customer.card)
    page.locator("#result .result").wait_for()
    assert page.locator("#member").is_hidden()
    strip.take(page, "The card opens nothing")
    strip.lay()
