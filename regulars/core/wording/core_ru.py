"""Russian sentences of the shared refusals."""

SENTENCES = {
    "refused": "Так сделать нельзя.",
    "request.invalid": "Запрос не удалось понять.",
    "request.not_found": "По этому идентификатору для вас ничего нет.",
}
