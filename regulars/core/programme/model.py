"""The base of everything that stands in a programme document."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A part of the document: immutable, and an unknown word in it is an error.

    Names that Python keeps for itself (`in`, `from`) are aliases and are written as such.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)
