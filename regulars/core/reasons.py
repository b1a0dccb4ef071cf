"""Why something was decided: a code with parameters, put into words only for the reader."""

from typing import NamedTuple


class Reason(NamedTuple):
    """One «because»: `code` is a key of `core.wording`, `params` fill its sentence."""

    code: str
    params: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, code: str, **params: object) -> "Reason":
        return tuple.__new__(cls, (code, tuple(params.items())))
