"""Russian sentences about programme documents: what is wrong with one, what changed in it."""

SENTENCES = {
    "programme.invalid": "В программе {count|ошибка|ошибки|ошибок}.",
    # the text as such
    "programme.too_large": "Документ больше {limit} байт.",
    "programme.too_many_values": "В документе больше {limit} значений.",
    "programme.too_deep": "Вложенность здесь глубже {limit} уровней.",
    "programme.not_a_document": (
        "Программа состоит из полей со значениями (`code: …`, `title: …`), а здесь не они."
    ),
    "programme.not_json": "Это не JSON или в нём ошибка.",
    "programme.not_yaml": "Это не YAML или в нём ошибка.",
    "programme.not_yaml_at": "Ошибка в YAML: посмотрите строку {line}, столбец {column}.",
    "programme.key_twice": "Поле «{word}» стоит в одном месте дважды.",
    "programme.key_not_text": "Имя поля должно быть текстом, а не «{word}».",
    "programme.yaml_key_twice": "Строка {line}, столбец {column}: поле «{word}» стоит тут дважды.",
    "programme.yaml_key_not_text": (
        "Строка {line}, столбец {column}: имя поля «{word}» надо взять в кавычки."
    ),
    "programme.yaml_alias": (
        "Строка {line}, столбец {column}: ссылки (`*имя`) не допускаются, напишите полностью."
    ),
    "programme.yaml_tag": "Строка {line}, столбец {column}: метки (`!имя`) не допускаются.",
    "programme.yaml_too_deep": (
        "Строка {line}, столбец {column}: вложенность глубже {limit} уровней."
    ),
    "programme.text_too_long": "Текст не может быть длиннее {limit} знаков.",
    "programme.text_wrong": "В тексте есть знаки, которые нельзя сохранить.",
    "programme.number_wrong": "Число слишком большое.",
    "programme.not_plain": "Здесь могут стоять только тексты, числа, да или нет, списки и поля.",
    # fields
    "programme.missing": "Нет поля «{field}».",
    "programme.unknown_field": "Поля «{field}» здесь не бывает; проверьте написание.",
    "programme.kind_missing": "Укажите вид: поле `kind`.",
    "programme.kind_unknown": "Такого вида (`kind`) нет; бывает {limit}.",
    "programme.one_of": "«{value}» здесь стоять не может; подходит одно из: {limit}.",
    "programme.more_than": "Число должно быть больше {limit}.",
    "programme.at_least": "Число должно быть не меньше {limit}.",
    "programme.less_than": "Число должно быть меньше {limit}.",
    "programme.at_most": "Число должно быть не больше {limit}.",
    "programme.pattern": "«{value}» написано не так, как здесь нужно.",
    "programme.code_wrong": (
        "«{value}» не код: нужны строчные латинские буквы, цифры и - _ ., не больше 40 знаков."
    ),
    "programme.language_unknown": "Языка «{value}» нет; есть en и ru.",
    "programme.money_wrong": (
        "«{value}» не денежная единица: нужны три заглавные буквы, например RUB."
    ),
    "programme.clock_wrong": (
        '«{value}» не время суток: пишите "08:00", с обоими нулями и в кавычках.'
    ),
    "programme.text_expected": "Здесь нужен текст.",
    "programme.text_empty": "Текст не может быть пустым.",
    "programme.text_at_most": "Текст длиннее {limit} знаков.",
    "programme.whole_number_expected": "Здесь нужно целое число.",
    "programme.number_expected": "Здесь нужно число.",
    "programme.yes_or_no_expected": "Здесь нужно true или false.",
    "programme.mapping_expected": "Здесь нужны поля со значениями.",
    "programme.list_expected": "Здесь нужен список.",
    "programme.too_many": "Их может быть не больше {limit}.",
    "programme.too_few": "Их должно быть не меньше {limit}.",
    "programme.too_many_digits": "В числе больше {limit} цифр.",
    "programme.too_many_decimals": (
        "У числа {value} слишком много знаков после запятой: здесь может быть {scale}."
    ),
    "programme.too_many_decimals_at_all": "В числе больше {limit} знаков после запятой.",
    "programme.value_wrong": "Такое значение здесь стоять не может.",
    "programme.moment_wrong": (
        "Здесь нужна дата (2026-12-01) или момент (2026-12-01T10:00:00+03:00)."
    ),
    "programme.moment_without_offset": (
        "Ко времени суток нужно смещение: 2026-12-01T10:00:00+03:00."
    ),
    "programme.zone_unknown": "Часового пояса «{word}» нет; пишите так: Europe/Moscow.",
    # the parts together
    "programme.mechanic_unknown": "Механики «{word}» нет. Есть: {known}.",
    "programme.currency_unknown": "Валюты «{word}» в этой программе нет. Есть: {known}.",
    "programme.tier_unknown": "Уровня «{word}» в этой программе нет. Есть: {known}.",
    "programme.rule_unknown": "Правила начисления «{word}» в этой программе нет.",
    "programme.promotion_unknown": "В этой программе нет акции «{word}».",
    "programme.promotion_twice": "У двух акций один id «{id}».",
    "programme.group_twice": "У двух групп один id «{id}».",
    "programme.budget_twice": "У двух бюджетов один id «{id}».",
    "programme.group_unknown": "Нет группы акций «{word}». Есть: {known}.",
    "programme.budget_unknown": "В программе нет бюджета «{word}». Есть: {known}.",
    "programme.stacks_with_unknown": "Нет акции или группы «{word}», с которой можно сочетать.",
    "programme.stacks_with_unused": "`stacks_with` имеет смысл только при `stacks: listed`.",
    "programme.coupon_expected": "Выдаётся купон акции «{id}», но купоном она не включается: нужен триггер `coupon`.",
    "programme.codes_needed": "Промокоды нужны при `kind: code`, и только там.",
    "programme.promotion_kind_unknown": "Нет вида акций «{word}». Есть: {known}.",
    "programme.cap_empty": "Ограничению нужно хотя бы одно из `uses`, `money` и `units`.",
    "programme.cap_of_receipt": "У ограничения на чек нет периода.",
    "programme.early_without_since": "Раннему доступу нужна дата `valid.since`, раньше которой он даётся.",
    "programme.early_too_late": "Ранний доступ начинается не раньше самой акции.",
    "programme.code_of_two": "Код «{word}» включает и «{other}». Один код — одно предложение; у его частей одно название и те же коды.",
    "programme.rule_twice": "У двух правил начисления один id «{id}».",
    "programme.status_cannot_pay": (
        "Статусные баллы только ведут к уровням, платить ими нельзя. Уберите `redeem` или смените "
        "вид валюты."
    ),
    "programme.duration_mixed": "Месяцы и дни нельзя смешивать с часами и минутами.",
    "programme.duration_zero": "Срок должен быть больше нуля.",
    "programme.expires_before_usable": "Баллы сгорят раньше, чем ими можно будет платить: сократите `activation`.",
    "programme.since_or_until": "Укажите `since`, `until` или оба.",
    "programme.period_empty": "Период кончается раньше, чем начинается.",
    "programme.levels_same_code": "У двух уровней один и тот же код.",
    "programme.first_level_is_everybodys": (
        "Первый уровень есть у всех: его порог 0, и он не по приглашению."
    ),
    "programme.thresholds_must_rise": "Порог каждого уровня должен быть выше предыдущего.",
    "programme.ladder_currency": "`currency` указывают ровно тогда, когда `measure` это points.",
    "programme.event_has_no_receipt": (
        "Это правило о событиях, а у них нет чека: условие «{condition}» не выполнится никогда."
    ),
    "programme.event_has_no_goods": "Это правило о событиях, а у них нет товаров.",
    "programme.exclusive_currencies": (
        "Правила группы «{group}» начисляют разные валюты («{other}» и это правило): лучшее из них "
        "не выбрать."
    ),
    "programme.exclusive_kinds": (
        "В группе «{group}» смешаны множители, бонусы за события и прочие правила («{other}» и это "
        "правило): лучшее из них не выбрать."
    ),
    "programme.min_or_max": "Укажите наименьшее, наибольшее или оба.",
    "programme.min_over_max": "Наименьшее больше наибольшего.",
    "programme.in_or_at_least": "Укажите либо `in`, либо `at_least`.",
    "programme.every_or_at": "Укажите либо `every`, либо `at`.",
    "programme.one_question": "Задайте один вопрос: `eq`, `in` либо `min` и `max`.",
    "programme.hours_empty": "Окно часов пустое.",
    "programme.steps_must_rise": "Каждая ступень должна начинаться выше предыдущей.",
    "programme.no_rates": "Хотя бы одна ставка должна быть больше 0.",
    "programme.custom_event_name": "`name` указывают ровно тогда, когда `event` это custom.",
    "programme.when_one_key": (
        "Условие это одно имя с параметрами, например `tier: {{in: [gold]}}`; несколько условий "
        "соединяют через `all`, `any` или `not`."
    ),
    "programme.when_list": "Здесь нужен список условий.",
    "programme.when_unknown": "Условия «{word}» нет. Может быть: {near}?",
    "programme.when_too_large": (
        "Условий слишком много: предел {nodes_max} всего и {depth_max} уровней вложенности."
    ),
    # differences
    "programme.added": "{place}: добавлено {after}.",
    "programme.removed": "{place}: убрано {before}.",
    "programme.changed": "{place}: {before} → {after}.",
    "programme.moved": "{place}: перенесено с места {before} на место {after}.",
    "programme.nothing": "ничего",
    "programme.yes": "да",
    "programme.no": "нет",
    "programme.months": "{n|месяц|месяца|месяцев}",
    "programme.days": "{n|день|дня|дней}",
    "programme.hours": "{n|час|часа|часов}",
    "programme.minutes": "{n|минута|минуты|минут}",
    "programme.item_rule": "правило «{name}»",
    "programme.item_promotion": "акция «{name}»",
    "programme.item_group": "группа «{name}»",
    "programme.item_budget": "бюджет «{name}»",
    "programme.item_level": "уровень «{name}»",
    "programme.item_currency": "валюта «{name}»",
    "programme.item_membership": "членство «{name}»",
    "programme.item_place": "место {name}",
}
