"""Russian sentences of `regulars programme`."""

SENTENCES = {
    "cli.acting_unknown": "Ни у одной действующей учётной записи нет адреса, указанного в --by.",
    "cli.acting_not_named": "Укажите, кто действует: --by EMAIL.",
    "cli.programme_unreadable": "Файл {file} не читается: {reason}.",
    "cli.programme_too_big": "Файл {file} больше {bytes} байт: это не программа.",
    "cli.programme_not_text": "Файл {file} — не текст в UTF-8.",
    "cli.programme_sound": (
        "«{title}» в порядке: {rules|правило|правила|правил} начисления, "
        "{currencies|валюта|валюты|валют}, {levels|уровень|уровня|уровней}."
    ),
    "cli.programme_problem": "строка {line}: {says} ({pointer})",
    "cli.programme_problems": "{file}: {count|ошибка|ошибки|ошибок}.",
    "cli.programme_same": "По смыслу различий нет.",
    "cli.programme_loaded": "«{title}» — теперь версия {number}, черновик.",
    "cli.programme_loaded_already": "«{title}» — уже версия {number} ({status}): делать нечего.",
    "cli.programme_loaded_changed": (
        "После выгрузки файл меняли: контрольная сумма не та, что в его заголовке."
    ),
    "cli.programme_approved": "Версия {number} утверждена.",
    "cli.programme_published": "Версия {number} действует с {moment}.",
    "cli.programme_withdrawn": "Публикация версии {number} отозвана.",
    "cli.programme_retired": "Версия {number} снята ({status}), использовать её больше нельзя.",
    "cli.programme_none": "Версий ещё нет: regulars programme load FILE",
    "cli.programme_publications": "Публикации (для `withdraw`):",
    "cli.programme_moment_malformed": (
        "«{text}» — не дата: пишите 2026-12-31 или 2026-12-31T09:00+03:00."
    ),
    "cli.programme_exported": "Версия {number} записана в {file}.",
    "cli.programme_unwritable": "Файл {file} не записывается: {reason}.",
    "status.draft": "черновик",
    "status.approved": "утверждена",
    "status.live": "действует",
    "status.retired": "отработала",
    "status.withdrawn": "снята",
}
