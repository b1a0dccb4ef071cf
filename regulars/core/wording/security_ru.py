"""Russian sentences about access: staff, keys, approvals, repeated requests, lists."""

SENTENCES = {
    "access.permission_missing": "Для этого нет прав: не хватает разрешения {permission}.",
    "access.too_many_guesses": (
        "Слишком много неверных попыток. Повторите через {retry_after_s|секунду|секунды|секунд}."
    ),
    "staff.not_found": "Такой учётной записи сотрудника нет.",
    "staff.email_taken": "Этот адрес почты уже занят другой учётной записью.",
    "staff.email_malformed": "Это не адрес электронной почты.",
    "staff.data_invalid": "Имя, роль или язык учётной записи указаны неверно.",
    "staff.last_owner": (
        "Последнего действующего владельца убрать нельзя: сначала назначьте владельцем кого-то ещё."
    ),
    "staff.password_too_weak": (
        "Пароль слишком слабый: нужно не меньше 12 знаков, не из частых и не похоже на имя "
        "или адрес."
    ),
    "staff.password_wrong": "Нынешний пароль указан неверно.",
    "staff.sign_in_refused": "Неверный адрес или пароль.",
    "key.refused": "Ключ API не указан, неверен или больше не действует.",
    "key.not_found": "Такого ключа API нет.",
    "key.data_invalid": "Такой ключ выпустить нельзя: проверьте название, области, места и срок.",
    "key.till_has_two": "У этой кассы уже два ключа: сначала отзовите один из них.",
    "approval.not_found": "Такого запроса на одобрение нет.",
    "approval.decided": "По этому запросу решение уже принято.",
    "approval.second_person_needed": "Одобрить должен другой человек: вы сами это запросили.",
    "approval.alone_reason_needed": (
        "Одобрить больше некому. Укажите, почему вы решаете в одиночку."
    ),
    "approval.decision_invalid": (
        "Решение может быть «approved» (одобрено) или «rejected» (отклонено)."
    ),
    "approval.reason_invalid": "Нужна причина длиной от 1 до 500 знаков.",
    "idempotency.key_missing": "Нет заголовка Idempotency-Key.",
    "idempotency.key_malformed": (
        "Заголовок Idempotency-Key должен содержать от 1 до 200 видимых знаков ASCII."
    ),
    "idempotency.key_reused": "Этот Idempotency-Key уже использован для другого запроса.",
    "idempotency.under_way": (
        "Первый запрос с этим ключом ещё выполняется. Повторите через "
        "{retry_after_s|секунду|секунды|секунд}."
    ),
    "page.cursor_invalid": "Такого места в списке нет.",
    "role.owner": "Владелец: может всё",
    "role.marketer": "Маркетолог: готовит и публикует программу и награды",
    "role.controller": "Контролёр: одобряет версии и корректировки, читает учёт",
    "role.support": "Поддержка: помогает участникам, исправляет баллы в пределах лимита",
    "role.cashier": "Кассир: работает на кассе",
    "role.auditor": "Аудитор: читает всё, кроме контактных данных",
    "role.integrator": "Интегратор: подключает кассы и другие системы",
    "scope.till:sales": "Узнавать участников, рассчитывать и проводить продажи",
    "scope.till:returns": "Оформлять возвраты",
    "scope.till:enrol": "Регистрировать участников на кассе",
    "scope.till:rewards": "Выдавать награды за баллы на кассе",
    "scope.till:statements": "Показывать на кассе баланс и выписку участника",
    "scope.members:read": "Читать участников без контактных данных и их согласия",
    "scope.members:contacts": "Читать контактные данные участников",
    "scope.members:write": "Регистрировать и изменять участников, их идентификаторы и метки",
    "scope.members:support": "Блокировать, разблокировать и объединять участников",
    "scope.members:erase": "Удалять персональные данные участников",
    "scope.members:import": "Загружать участников",
    "scope.members:export": "Выгружать участников",
    "scope.consents:write": "Записывать согласия",
    "scope.cards:issue": "Заводить диапазоны номеров карт и выпускать партии",
    "scope.ledger:read": "Читать балансы и выписки",
    "scope.ledger:adjust": "Исправлять баллы",
    "scope.programme:read": "Читать версии программы",
    "scope.programme:write": "Готовить версии программы",
    "scope.programme:publish": "Публиковать и отзывать версии программы",
    "scope.rewards:read": "Читать каталог наград",
    "scope.rewards:write": "Изменять каталог наград; создавать, выгружать и отзывать купоны",
    "scope.rewards:redeem": "Выдавать и отменять награды; выдавать, находить и отзывать отдельные купоны",
    "scope.places:read": "Читать магазины и кассы",
    "scope.places:write": "Изменять магазины и кассы",
    "scope.receipts:import": "Загружать чеки",
    "scope.reports:read": "Читать отчёты",
    "scope.studies:run": "Запускать анализ и моделирование",
    "scope.plans:write": "Составлять планы",
    "scope.periods:close": "Закрывать месяцы",
    "scope.keys:write": "Выпускать и отзывать ключи API",
    "scope.staff:write": "Управлять учётными записями сотрудников",
    "scope.brand:write": "Менять название, цвета и логотип",
    "scope.audit:read": "Читать журнал действий",
    "scope.approvals:decide": "Решать по запросам на одобрение",
}
