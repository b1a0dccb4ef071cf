"""English sentences of the shared refusals."""

SENTENCES = {
    "refused": "This cannot be done.",
    "request.invalid": "The request cannot be understood.",
    "request.not_found": "There is nothing here for you under this id.",
}
