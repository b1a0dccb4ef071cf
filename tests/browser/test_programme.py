"""A rule is changed by one person and put in force by another: as they see it, in Russian too."""

from regulars.contexts.security.types import Role


def test_a_rule_is_changed_approved_by_another_and_published(window, site):
    writer = window(token=site.hire(Role.MARKETER, "Мария Орлова"))
    page = writer.goto("/console/programme/").page
    page.get_by_role("link", name="Change the programme").click()
    box = page.get_by_role("textbox", name="Programme document")
    text = box.input_value()
    box.fill(text.replace("money: RUB", "money: roubles"))
    writer.forgiven.add(422)
    page.get_by_role("button", name="Check and keep").click()
    page.get_by_role("heading", name="1 problem").wait_for()
    writer.assert_sound()
    box.fill(text.replace("A tenth", "A tenth of everything"))
    page.get_by_label("What is new").fill("Words only")
    page.get_by_role("button", name="Check and keep").click()
    page.get_by_text("A tenth of everything").first.wait_for()
    writer.assert_sound()
    address = page.url.removeprefix(site.url)

    second = window(token=site.hire(Role.OWNER, "Олег Белов"), language="ru", width=390)
    page = second.goto("/console/").page
    page.get_by_role("link", name="Words only").click()
    assert page.url.endswith(address)
    page.get_by_role("button", name="Согласовать").click()
    page.get_by_role("dialog").get_by_role("button", name="Согласовать").click()
    page.get_by_text("больше она не изменится").wait_for()
    page.get_by_role("button", name="Опубликовать").click()
    second.assert_sound()
    page.get_by_role("dialog").get_by_label("С").fill("2036-01-01T00:00")
    page.get_by_role("dialog").get_by_role("button", name="Опубликовать").click()
    page.get_by_text("Опубликовано").wait_for()
    page = second.goto("/console/").page
    page.get_by_text("начнёт действовать").wait_for()
    second.assert_sound()
