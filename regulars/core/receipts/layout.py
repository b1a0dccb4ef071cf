"""How a file of receipts is to be read: its columns and conventions, told, recognised or guessed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

IdentifierName = Literal["external", "card", "phone", "email"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything that is to be known of a file beside its rows.

    `columns` gives for each field the columns it is read from. `cancels` is how the numbers of
    cancellations begin. Without a column for `number` each row is a receipt of its own.
    `decimal`, `date` and `time` are found out
    where they are None.
    """

    columns: Mapping[str, tuple[str, ...]]
    cancels: str = ""
    store: str = "import"
    till: str = "import"
    sku: str = "goods"
    identifier: IdentifierName = "external"
    time_zone: str | None = None
    decimal: str | None = None
    date: str | None = None
    time: str | None = None
    preset: str | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """A file beside the main one that tells more of the goods: which, joined on what, giving what."""

    file: str
    column: str
    key: str
    columns: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Preset:
    """A known data set: the headings that give it away, and how it is read."""

    code: str
    headings: frozenset[str]
    columns: Mapping[str, tuple[str, ...]]
    cancels: str = ""
    sku: str = "goods"
    date: str | None = None
    beside: Beside | None = None


ONLINE_RETAIL = Preset(
    "online-retail",
    frozenset({"InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"}),
    {
        "number": ("InvoiceNo",),
        "occurred_at": ("InvoiceDate",),
        "sku": ("StockCode",),
        "name": ("Description",),
        "quantity": ("Quantity",),
        "price": ("UnitPrice",),
        "customer": ("CustomerID",),
    },
    cancels="C",
)
CDNOW = Preset(
    "cdnow",
    frozenset({"customer_id", "date", "number_of_cds", "dollar_value"}),
    {
        "occurred_at": ("date",),
        "quantity": ("number_of_cds",),
        "amount": ("dollar_value",),
        "customer": ("customer_id",),
    },
    sku="CD",
    date="%Y%m%d",
)
COMPLETEJOURNEY = Preset(
    "completejourney",
    frozenset(
        {
            "household_id",
            "store_id",
            "basket_id",
            "product_id",
            "quantity",
            "sales_value",
            "transaction_timestamp",
        }
    ),
    {
        "number": ("basket_id",),
        "occurred_at": ("transaction_timestamp",),
        "sku": ("product_id",),
        "quantity": ("quantity",),
        "amount": ("sales_value",),
        "customer": ("household_id",),
        "store": ("store_id",),
    },
    beside=Beside(
        "products.parquet",
        "product_id",
        "product_id",
        {
            "category": ("department", "product_category", "product_type"),
            "brand": ("brand",),
        },
    ),
)
PRESETS: Mapping[str, Preset] = {
    preset.code: preset for preset in (ONLINE_RETAIL, CDNOW, COMPLETEJOURNEY)
}


def recognise(names: Sequence[str]) -> Preset | None:
    """The known data set whose headings are all there, if there is one."""
    present = frozenset(names)
    for preset in PRESETS.values():
        if preset.headings <= present:
            return preset
    return None
