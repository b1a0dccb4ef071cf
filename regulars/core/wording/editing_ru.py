"""Russian sentences of editing and trying a draft."""

SENTENCES = {
    "field.money_beside": "доплата деньгами",
    "field.per_member": "на участника не больше",
    "field.limit_period": "за каждый период",
    "field.visible": "видна в каталоге",
    "programme.file_too_large": "Файл больше {limit} МБ.",
    "programme.id_taken": "Часть с идентификатором «{word}» уже есть.",
    "programme.part_not_found": "В программе нет такой части.",
    "try.amount_wrong": "Это не сумма и не количество.",
}
