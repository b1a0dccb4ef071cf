"""Russian sentences about saved lists of members and requests to support."""

SENTENCES = {
    "saved_view.not_found": "Такого списка нет.",
    "saved_view.name_invalid": "Списку нужно название, не длиннее 60 знаков.",
    "saved_view.too_many": "Больше {limit} списков хранить нельзя. Сначала уберите лишний.",
    "support.not_found": "Такого обращения нет.",
    "support.invalid": "Напишите, о чём просят или что отвечают, не длиннее 2000 знаков.",
    "support.decided": "На это обращение уже ответили.",
}
