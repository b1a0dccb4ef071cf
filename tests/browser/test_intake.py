"""The story of an import in a real browser: a file read, tried, brought in, its rejected rows seen."""

import os

from browser.site import WIDTHS
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker

HEADING = "Чек №;Дата;Наименование;Кол-во;Сумма;Номер карты"
LINES = (
    "{n}1;01.10.2026 10:00;Молоко;2;20,00;7001",
    "{n}2;02.10.2026 11:00;Хлеб «Столичный» подовый нарезной, в упаковке;1;4,50;7002",
    "{n}3;вчера;Чай;1;90,00;7002",
    "{n}4;03.10.2026 12:00;=1+1;0;0,00;",
)


def test_a_file_is_tried_and_brought_in(window, owner, site, monkeypatch, tmp_path):
    monkeypatch.setenv("REGULARS_HOME", str(site.home))
    for place, (language, width, theme) in enumerate(
        (("ru", WIDTHS[0], "dark"), ("en", WIDTHS[2], "light"))
    ):
        path = tmp_path / "october.csv"
        lines = [
            HEADING,
            *LINES,
            *([f"7;01.10.2026 10:00;{'Соль' * 400};1;9,00;7001"] * place * 900),
        ]
        path.write_text("\n".join(lines).format(n=place + 1), encoding="cp1251")
        watched = window(token=owner, width=width, theme=theme, language=language)
        page = watched.goto("/console/import/").page
        watched.assert_sound()
        page.locator("input[type=file]").set_input_files(path)
        page.locator("main .button-primary").click()
        page.wait_for_url("**/import/file/**")
        assert page.locator("#id_occurred_at option:checked").inner_text() == "Дата"
        assert page.locator("#id_customer option:checked").inner_text() == "Номер карты"
        watched.assert_sound()
        look(page, f"columns-{language}")
        page.locator("#id_enrol").check()
        page.locator("main .button-primary").click()
        page.locator("#import progress").wait_for()
        watched.assert_sound()
        look(page, f"progress-{language}")
        site.do(work_off)
        page.locator("#first-rejects").wait_for()
        watched.assert_sound()
        look(page, f"trial-{language}")
        page.locator("#import .button-primary").click()
        page.locator("#import progress").wait_for()
        site.do(work_off)
        page.locator("#import .alert-good").wait_for()
        watched.assert_sound()
        look(page, f"done-{language}")
        page.goto(f"{site.url}/console/import/")
        watched.assert_sound()
        look(page, f"list-{language}")


def work_off():
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)


def look(page, name):
    folder = os.environ.get("REGULARS_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
