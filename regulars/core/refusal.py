"""The expected «no»: a stable code, where it lies, and what a sentence about it needs."""


class Refused(Exception):
    """A request that a rule of ours turns down; nothing has been written.

    `code` is stable and is the key of the sentence in `core.wording`; `pointer` is a JSON pointer
    into the request where one part is at fault; `params` fill the sentence and hold nothing personal.
    Subclasses name their `code` and, where it differs, the `kind` that doors map to a status.
    """

    code = "refused"
    kind = "conflict"  # conflict | invalid | not_found | forbidden | unauthenticated | limited | changed

    def __init__(self, *, pointer: str | None = None, **params: object) -> None:
        super().__init__(self.code)
        self.pointer = pointer
        self.params = params


class Invalid(Refused):
    """What was sent cannot be understood or contradicts itself."""

    code = "request.invalid"
    kind = "invalid"


class NotFound(Refused):
    """No such thing, or not for this caller: the two are not told apart."""

    code = "request.not_found"
    kind = "not_found"
