"""Why a row of a receipts file was not taken: a stable code with what its sentence needs."""

from typing import NamedTuple


class Problem(NamedTuple):
    """One «no» to a row; `code` is a key of `core.wording`, `params` fill its sentence."""

    code: str
    params: tuple[tuple[str, str | int], ...] = ()

    @classmethod
    def of(cls, code: str, **params: str | int) -> "Problem":
        return cls(code, tuple(params.items()))
