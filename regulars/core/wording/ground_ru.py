"""Russian sentences about the installation itself: its database, its folders, its processes."""

SENTENCES = {
    "database.unavailable": "База данных недоступна: {reason}.",
    "database.other_version": (
        "Каталог данных {folder} создан PostgreSQL {found}, а в этой программе версия {ours}. "
        "Сделайте резервную копию той версией Regulars, которая его создала, "
        "и восстановите её в новый каталог."
    ),
    "database.password_lost": (
        "Пароль из {folder} не подходит к базе рядом с ним. "
        "Верните каталог secrets, который относится к этому каталогу данных."
    ),
    "database.too_old": "PostgreSQL {found} слишком старая версия: нужна {least} или новее.",
    "cli.interrupted": "Прервано.",
    "cli.fault": "Внутри Regulars что-то сломалось ({kind}). Это ошибка программы; где именно, сказано в журнале на stderr.",
    "database.lost": "Связь с базой данных потеряна. Запустите команду снова: сделанное сохранено.",
    "up.already_running": "Regulars уже работает с каталогом {folder}.",
    "up.port_taken": "Адрес {host}:{port} занят другой программой. Выберите другой порт через --port.",
    "up.not_ready": "Веб-сервер не запустился. Его журнал выше.",
    "up.administrator": "Первый администратор, показывается только сейчас. Почта: {email}  Пароль: {password}",
    "up.welcome": "Откройте один раз эту ссылку, чтобы выбрать свои адрес и пароль и настроить программу:\n  {link}",
    "up.listening": "Regulars работает:",
    "up.how_to_end": "Завершить: Ctrl-C.",
    "up.ending": "Завершаю…",
    "up.ended": "Завершено.",
    "backup.done": "Сохранено в {file} ({bytes} байт). Каталог {secrets} в копию не входит: сохраните и его.",
    "backup.nothing": "Сохранять нечего: в базе «{database}» нет таблиц. Верно ли указан --data?",
    "backup.failed": "Не удалось сделать резервную копию: {reason}.",
    "backup.file_unwritable": "Не удаётся записать {file}.",
    "backup.progress": "Резервное копирование",
    "restore.done": "Восстановлено из {file}.",
    "restore.not_a_backup": "{file} не похож на копию, сделанную командой «regulars backup».",
    "restore.not_empty": "В базе уже есть {tables|таблица|таблицы|таблиц}. Восстанавливайте в новый каталог (--data) или в пустую базу.",
    "restore.failed": "Не удалось восстановить копию, ничего не изменено: {reason}.",
    "restore.progress": "Восстановление",
}
