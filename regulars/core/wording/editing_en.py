"""English sentences of editing and trying a draft."""

SENTENCES = {
    "field.money_beside": "money beside it",
    "field.per_member": "per member at most",
    "field.limit_period": "within each",
    "field.visible": "shown in the catalogue",
    "programme.file_too_large": "The file is larger than {limit} MB.",
    "programme.id_taken": "There is a part of the id «{word}» already.",
    "programme.part_not_found": "The programme has no such part.",
    "try.amount_wrong": "This is no amount or quantity.",
}
