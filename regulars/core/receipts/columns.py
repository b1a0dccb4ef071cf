"""Which column of a file holds what: guessed from the headings, and from what stands in the columns."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from regulars.core.receipts.moments import date_format, time_format
from regulars.core.receipts.numbers import decimal_mark, decimal_of
from regulars.core.receipts.problem import Problem

FIELDS = (
    "number",
    "occurred_at",
    "time",
    "sku",
    "name",
    "quantity",
    "price",
    "amount",
    "customer",
    "store",
    "till",
    "category",
    "brand",
    "kind",
    "reference",
    "payment",
    "channel",
    "cashier",
)
"""What a column may hold; `category` may be several columns, from the widest to the narrowest."""

NUMERIC = frozenset({"quantity", "price", "amount"})

_WORDS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "number", "receipt", "receipt number", "receipt no", "receipt id", "invoice", "invoice no",
        "invoice number", "invoice id", "order", "order no", "order number", "order id", "basket id",
        "transaction id", "transaction number", "transaction no", "transaction", "check number",
        "check no", "bill no", "bill number", "document number", "document", "doc no", "ticket",
        "чек", "номер чека", "чек номер", "чека", "номер документа", "документ", "номер заказа",
        "заказ", "номер", "накладная", "номер накладной", "ид чека", "чек ккм", "чек ккт",
    ),
    "occurred_at": (
        "occurred at", "date time", "datetime", "timestamp", "date", "invoice date", "order date",
        "receipt date", "sale date", "sold at", "purchase date", "transaction date",
        "transaction timestamp", "transaction time", "created at", "check date", "day", "period",
        "дата", "дата время", "дата и время", "дата чека", "дата продажи", "дата документа",
        "дата заказа", "момент", "период", "день", "дата покупки",
    ),
    "time": (
        "time", "sale time", "receipt time", "время", "время чека", "время продажи", "время покупки",
    ),
    "sku": (
        "sku", "stock code", "product id", "product code", "item id", "item code", "article",
        "barcode", "ean", "gtin", "upc", "goods code", "item", "product", "код товара", "артикул",
        "код номенклатуры", "штрихкод", "штрих код", "номенклатура код", "код", "ид товара",
    ),
    "name": (
        "name", "description", "product name", "item name", "item description", "title",
        "goods", "наименование", "товар", "номенклатура", "название", "наименование товара",
        "название товара", "наименование номенклатуры",
    ),
    "quantity": (
        "quantity", "qty", "count", "units", "pieces", "number of items", "item count", "quantity sold",
        "количество", "кол во", "колво", "кол", "количество товара", "вес", "шт",
    ),
    "price": (
        "price", "unit price", "price per unit", "item price", "цена", "цена за единицу",
        "цена продажи", "цена товара", "розничная цена",
    ),
    "amount": (
        "amount", "total", "line total", "sum", "sales value", "line amount", "net amount", "revenue",
        "sales", "value", "total amount", "paid", "subtotal", "сумма", "стоимость", "сумма продажи",
        "сумма со скидкой", "сумма строки", "итого", "выручка", "сумма чека", "оплачено",
    ),
    "customer": (
        "customer", "customer id", "client", "client id", "member", "member id", "card",
        "card number", "card no", "loyalty card", "household id", "user id", "user", "buyer",
        "buyer id", "customer code", "customer number", "клиент", "код клиента", "покупатель",
        "карта", "номер карты", "дисконтная карта", "карта лояльности", "контрагент", "ид клиента",
        "телефон", "phone", "код покупателя",
    ),
    "store": (
        "store", "store id", "shop", "shop id", "outlet", "branch", "location", "store code",
        "point of sale", "магазин", "код магазина", "склад", "торговая точка", "точка", "филиал",
        "подразделение",
    ),
    "till": (
        "till", "till id", "pos", "pos id", "register", "terminal", "cash register", "cashbox",
        "касса", "номер кассы", "касса ккм", "касса ккт", "ккт", "ккм", "терминал",
    ),
    "category": (
        "category", "product category", "department", "group", "product group", "goods group",
        "категория", "группа", "товарная группа", "группа товаров", "категория товара", "отдел",
        "вид номенклатуры",
    ),
    "brand": ("brand", "manufacturer", "vendor", "бренд", "марка", "торговая марка", "производитель"),
    "kind": (
        "kind", "type", "operation", "operation type", "transaction type", "document type",
        "receipt type", "вид операции", "тип операции", "операция", "тип чека", "вид чека",
        "тип документа", "признак расчета", "тип", "вид документа",
    ),
    "reference": (
        "reference", "original receipt", "original invoice", "return of", "original number",
        "sale number", "original receipt number", "чек продажи", "основание", "документ основание",
        "номер чека продажи", "исходный чек",
    ),
    "payment": ("payment", "payment method", "payment type", "tender", "вид оплаты", "тип оплаты",
                "способ оплаты", "форма оплаты"),
    "channel": ("channel", "sales channel", "канал", "канал продаж"),
    "cashier": ("cashier", "operator", "salesperson", "кассир", "продавец"),
}  # fmt: skip
_SPLIT = re.compile(r"(?<=[a-zа-яё0-9])(?=[A-ZА-ЯЁ])")
_NOT_WORDS = re.compile(r"[^0-9a-zа-яё]+")
_SAMPLE = 200


def guess_columns(
    names: Sequence[str], samples: Sequence[Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """Field → the columns it is read from, for every field that some column is likely to hold.

    `samples` gives some cells of each column, as text and in the order of the file. A column whose
    cells are not what its heading says (a «date» that is no date) is not taken for it. Each column
    serves one field.
    """
    taken: set[int] = set()
    found: dict[str, tuple[str, ...]] = {}
    for _, _, field, place in sorted(_candidates(names, samples)):
        if place in taken or field in found:
            continue
        taken.add(place)
        found[field] = (names[place],)
    if "time" in found and "occurred_at" not in found:
        del found["time"]
    return found


def missing_fields(mapping: Mapping[str, object]) -> list[str]:
    """What a file of receipts cannot be read without and `mapping` has not; empty where it suffices."""
    missing = [] if "occurred_at" in mapping else ["occurred_at"]
    if "amount" not in mapping and "price" not in mapping:
        missing.append("amount")
    return missing


def heading_words(name: str) -> str:
    """A heading as words in small letters: `InvoiceNo` and `invoice_no` are `invoice no`."""
    spaced = _SPLIT.sub(" ", unicodedata.normalize("NFKC", name))
    return _NOT_WORDS.sub(" ", spaced.casefold().replace("№", " номер ")).strip()


def _candidates(
    names: Sequence[str], samples: Sequence[Sequence[str]]
) -> list[tuple[int, int, str, int]]:
    """(rank, order of the field, field, column), the likeliest first when sorted."""
    found = []
    for place, (name, cells) in enumerate(zip(names, samples, strict=True)):
        words = heading_words(name)
        for order, field in enumerate(FIELDS):
            rank = _rank(words, field)
            if rank is not None and _fits(field, cells):
                found.append((rank, order, field, place))
    return found


def _rank(words: str, field: str) -> int | None:
    known = _WORDS[field]
    if words == field.replace("_", " "):
        return 0
    if words in known:
        return 1 + known.index(words)
    parts = words.split()
    for place, text in enumerate(known):
        if " " in text and all(part in parts for part in text.split()):
            return 100 + place
    for place, text in enumerate(known):
        if text in parts:
            return 200 + place + 10 * len(parts)
    return None


def _fits(field: str, cells: Sequence[str]) -> bool:
    texts = [text for text in cells[:_SAMPLE] if text.strip()]
    if not texts:
        return field not in NUMERIC and field not in ("occurred_at", "time", "number")
    if field == "occurred_at":
        return date_format(texts) is not None
    if field == "time":
        return time_format(texts) is not None
    if field in NUMERIC:
        mark = decimal_mark(texts)
        read = sum(1 for text in texts if not isinstance(decimal_of(text, mark), Problem))
        return len(texts) - read <= max(len(texts) // 10, int(len(texts) > 2))
    return True
