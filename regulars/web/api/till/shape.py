"""What the shapes of all answers are made of."""

from pydantic import BaseModel, ConfigDict, Field


class Shape(BaseModel):
    """A part of an answer; answers have these members and no others."""

    model_config = ConfigDict(extra="forbid")


class MoneyUnits(Shape):
    """The money of the programme and its decimals."""

    code: str = Field(description="ISO 4217")
    scale: int


class Units(Shape):
    """How many decimals the minor units of money and of each currency have."""

    money: MoneyUnits
    currencies: dict[str, int]


class Told(Shape):
    """Why something was decided: a stable code and a sentence in the language asked for."""

    code: str
    text: str


class Wallet(Shape):
    """What a member holds of one currency."""

    pending: int
    active: int
    held: int
