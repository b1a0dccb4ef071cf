"""A rule is changed by one person and put in force by another: as they see it, in Russian too."""

from regulars.contexts.security.types import Role


def test_a_rule_is_changed_tried_approved_by_another_and_published(window, site):
    writer = window(token=site.hire(Role.MARKETER, "Мария Орлова"))
    page = writer.goto("/console/programme/").page
    page.get_by_role("button", name="Change the programme").click()
    page.get_by_role("heading", name="Earning rules").wait_for()
    page.locator("#tried dl").wait_for()
    writer.assert_sound()
    page.locator(".sentence-title").first.click()
    points = page.get_by_label("Points", exact=True)
    points.fill("many")
    page.locator("#said .errorlist").wait_for()
    writer.forgiven.add(422)
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("One field needs another look.").wait_for()
    writer.assert_sound()
    points.fill("25")
    page.locator("#said .said", has_text="25").wait_for()
    page.get_by_role("button", name="Add condition").click()
    page.get_by_text("the opposite").wait_for()
    page.get_by_role("button", name="Remove Amount of the receipt").click()
    page.get_by_text("No condition: it always holds.").wait_for()
    page.get_by_role("button", name="Save").last.click()
    page.get_by_text("Kept in version").wait_for()
    page.get_by_role("button", name="Later: ").first.click()
    page.get_by_role("link", name="Review the changes").click()
    page.get_by_text("points:").first.wait_for()
    writer.assert_sound()
    address = page.url.removeprefix(site.url)

    second = window(token=site.hire(Role.OWNER, "Олег Белов"), language="ru", width=390)
    page = second.goto(address).page
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
