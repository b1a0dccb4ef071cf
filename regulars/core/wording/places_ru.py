"""Russian sentences about stores and tills."""

SENTENCES = {
    "store.not_found": "Такого магазина нет.",
    "store.code_taken": "Магазин «{store}» уже есть.",
    "store.not_active": "Магазин «{store}» закрыт.",
    "till.not_found": "Такой кассы в этом магазине нет.",
    "till.code_taken": "В магазине «{store}» касса «{till}» уже есть.",
    "till.not_active": "Касса «{till}» магазина «{store}» выключена.",
    "place.code_malformed": (
        "Код: от 1 до 40 латинских букв, цифр, точек, дефисов и подчёркиваний; "
        "первой стоит буква или цифра."
    ),
    "text.malformed": (
        "Текст пуст, длиннее {length_max|знака|знаков|знаков} или содержит управляющие символы."
    ),
    "place.time_zone_unknown": "Часового пояса «{time_zone}» нет.",
}
