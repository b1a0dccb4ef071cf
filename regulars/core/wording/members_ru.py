"""Russian sentences about members, their identifiers, consents and cards."""

SENTENCES = {
    "member.not_found": "Такого участника нет.",
    "member.closed": "Это участие объединено с другим или удалено и больше не меняется.",
    "member.changed": (
        "Данные участника тем временем изменил кто-то другой (теперь версия {version}). "
        "Прочитайте их заново."
    ),
    "member.data_invalid": "Данные участника указаны неверно.",
    "member.text_too_long": "Текст слишком длинный.",
    "member.reason_invalid": "Нужна причина длиной от 1 до 200 знаков.",
    "member.date_malformed": "Это не дата. Напишите её как 2001-12-31 или 31.12.2001.",
    "member.enrolled_in_future": "Дата вступления ещё не наступила.",
    "member.birthday_in_future": "Дата рождения ещё не наступила.",
    "member.birthday_too_old": "Дата рождения слишком давняя.",
    "member.birthday_locked": "Дату рождения сейчас изменить нельзя.",
    "member.birthday_changed_lately": (
        "Дату рождения можно менять раз в год. Обратитесь в поддержку."
    ),
    "member.birthday_too_near": (
        "Дату рождения нельзя перенести на ближайшие 31 день. Обратитесь в поддержку."
    ),
    "member.tags_too_many": "У участника может быть не больше 100 меток.",
    "member.tag_malformed": "Метка: от 1 до 60 букв, цифр, пробелов и знаков .:/-_",
    "member.attributes_too_many": "У участника может быть не больше 100 атрибутов.",
    "member.attribute_malformed": (
        "У атрибута имя вида shoe_size, а значение: текст, целое число или да/нет."
    ),
    "member.identifier_taken": "С этой картой, телефоном или адресом уже кто-то зарегистрирован.",
    "member.identifier_missing": (
        "Нужен хотя бы номер карты, телефон, адрес почты или номер в другой системе."
    ),
    "member.identifiers_disagree": "Эти идентификаторы принадлежат разным участникам.",
    "member.identifiers_too_many": "У участника может быть не больше 20 идентификаторов.",
    "member.identifier_ambiguous": (
        "Это подходит нескольким участникам. Уточните: карта, телефон или номер."
    ),
    "member.referrer_not_found": "Пригласивший участник не найден.",
    "member.enrolment_contended": (
        "С этими же данными прямо сейчас регистрируются другие. Повторите."
    ),
    "member.merge_with_self": "Участника нельзя объединить с самим собой.",
    "consent.malformed": "Цель, канал, версия текста или подтверждение согласия указаны неверно.",
    "identifier.malformed": "Это не идентификатор.",
    "identifier.form_malformed": "Вид карты указан неверно.",
    "identifier.card_malformed": "Номер карты: от 4 до 32 латинских букв и цифр.",
    "identifier.card_not_ours": "В номере карты опечатка, или такая карта не выпускалась.",
    "identifier.phone_malformed": "Это не номер телефона.",
    "identifier.email_malformed": "Это не адрес электронной почты.",
    "identifier.external_malformed": "Номер в другой системе: от 1 до 100 видимых знаков.",
    "identifier.app_malformed": "Это не код приложения участника.",
    "identifier.not_found": "Такого идентификатора у участника нет.",
    "identifier.blocked": "Этот идентификатор заблокирован или заменён.",
    "identifier.card_stays": "Карту нельзя убрать: заблокируйте её или замените.",
    "card_range.invalid": "Код, префикс, длина, контрольная сумма или число карт не согласуются.",
    "card_range.overlaps": "В диапазоне {other} уже есть такие номера или тот же код.",
    "card_range.not_found": "Такого диапазона номеров карт нет.",
    "card_range.too_full": (
        "При таком числе карт номера легко подобрать: диапазон даст ещё "
        "{left|номер|номера|номеров}."
    ),
    "card_range.warn_public_numbers": (
        "Эти номера EAN-13 принадлежат товарам по всему миру. Используйте 020–029, 040–049 "
        "или 200–299."
    ),
    "card_range.warn_weighed_goods": (
        "Кассы часто принимают такие номера за весовой товар: проверьте свои или выберите "
        "другой диапазон."
    ),
    "member.status_not_imported": (
        "Загружаются только действующие участники; при необходимости заблокируйте этого после."
    ),
    "table.unreadable": "Файл не удалось прочитать как таблицу с заголовками.",
    "table.row_malformed": "Строка не читается как CSV: проверьте кавычки.",
    "table.row_undecodable": "В строке есть нечитаемые символы.",
    "table.row_too_long": "В строке больше ячеек, чем заголовков.",
    "cli.members_columns": "Столбцы: {columns}.",
    "cli.members_columns_left": (
        "Столбцы без внимания: {columns}. Назвать столбец: --column ПОЛЕ=ЗАГОЛОВОК."
    ),
    "cli.members_columns_unclear": (
        "--column «{told}» не подходит: нужно ПОЛЕ=ЗАГОЛОВОК, каждое один раз, заголовок как "
        "в файле."
    ),
    "cli.members_importing": "Загрузка участников",
    "cli.members_exporting": "Выгрузка участников",
    "cli.members_imported": (
        "Зарегистрировано: {created|участник|участника|участников}, уже были: {found}."
    ),
    "cli.members_reject": "Строка {line}: {reason}",
    "cli.members_rejected": "Не принято: {rows|строка|строки|строк}; все названы в файле {file}.",
    "cli.members_exported": (
        "{members|участник записан|участника записано|участников записано} в {file}."
    ),
}
