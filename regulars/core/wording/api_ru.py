"""Russian sentences of the HTTP API: what is wrong with a request as such."""

SENTENCES = {
    "title.400": "Запрос составлен неверно",
    "title.401": "Нет действующего ключа",
    "title.403": "Не разрешено",
    "title.404": "Не найдено",
    "title.405": "Метод не поддерживается",
    "title.409": "Сейчас это невозможно",
    "title.413": "Запрос слишком велик",
    "title.415": "Не тот вид содержимого",
    "title.422": "Принять запрос в таком виде нельзя",
    "title.429": "Слишком много запросов",
    "title.500": "Ошибка на нашей стороне",
    "title.503": "Сейчас недоступно",
    "request.not_json": "Тело запроса — не JSON.",
    "request.body_missing": "У запроса нет тела.",
    "request.too_large": "Тело запроса больше {most_bytes} байт.",
    "request.media_type": "Тело запроса нужно отправлять как application/json.",
    "request.path_unknown": "Такого адреса нет.",
    "request.method_not_allowed": "Этот адрес такого метода не знает.",
    "request.field_missing": "Этого поля не хватает.",
    "request.field_unknown": "Такого поля здесь нет.",
    "request.value_invalid": "Такое значение здесь не годится.",
    "request.type_wrong": "Значение не того вида.",
    "request.out_of_range": "Число вне допустимых пределов.",
    "request.length_wrong": "Слишком мало или слишком много.",
    "request.text_malformed": (
        "Текст слишком длинный, слишком короткий или содержит недопустимые знаки."
    ),
    "request.moment_malformed": (
        "Нужен момент времени со смещением от UTC, например 2026-11-21T18:30:00+03:00."
    ),
    "request.day_malformed": "Нужна дата в виде 2001-12-31.",
    "request.quantity_malformed": (
        "Количество — число больше нуля, не больше 3 знаков после запятой, например 2 или 0.137."
    ),
    "request.line_twice": "У двух строк один и тот же id.",
    "request.total_too_large": "Сумма слишком велика.",
    "request.member_needed": "Баллами платит только участник: укажите, кто это.",
    "request.card_of_goods": "Номер подарочной карты бывает только у строки, которая её продаёт или пополняет.",
    "request.codes_with_quote": "Коды, включённые акции и подарочные карты сказаны в самом расчёте.",
    "request.pay_with_quote": "Что оплачивается баллами, сказано в самом расчёте.",
    "request.member_named_once": "Назовите участника ровно одним способом.",
    "request.nothing_to_change": "Не сказано, что изменить.",
    "request.document_once": "Пришлите либо `document`, либо `yaml`.",
    "request.parameter_twice": "Этот параметр указан дважды.",
    "request.too_many": "Слишком много запросов. Повторите через {retry_after_s|секунду|секунды|секунд}.",
    "request.too_many_failures": (
        "Слишком много попыток, которые ничего не нашли. "
        "Повторите через {retry_after_s|секунду|секунды|секунд}."
    ),
    "api.unavailable": "Сервис сейчас недоступен. Отправьте тот же запрос ещё раз.",
    "api.fault": "У нас что-то сломалось. Это записано; тот же запрос можно отправить ещё раз.",
    "api.wrong_plane": "Этот ключ не для этой части API.",
}
