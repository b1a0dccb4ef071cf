"""The afternoon's walk as requests: shown in the API document, run by a test."""

from typing import Any

from regulars.web.api.operation import Example

CARD = "2000000000015"
MEMBER_ID = "0193a5f0-7c00-7000-8000-000000000001"

LINES: list[dict[str, Any]] = [
    {
        "id": "1",
        "sku": "milk-1l",
        "name": "Milk, 1 l",
        "category": ["food", "dairy"],
        "quantity": 2,
        "price_minor": 8990,
    },
    {
        "id": "2",
        "sku": "cheese",
        "category": ["food", "dairy"],
        "quantity": "0.342",
        "price_minor": 79900,
        "amount_minor": 27326,
        "minimum_minor": 20000,
    },
]
RECEIPT: dict[str, Any] = {
    "member": {"card": CARD},
    "occurred_at": "2026-11-21T18:30:00+03:00",
    "lines": LINES,
    "payments": [{"method": "card", "amount_minor": 45306}],
    "cashier": "7",
}

COMMITS = (
    Example(
        "A sale",
        path={"receipt_id": "2026-000123"},
        body=RECEIPT,
        status=201,
    ),
    Example(
        "The same again gets the same answer",
        path={"receipt_id": "2026-000123"},
        body=RECEIPT,
        status=201,
    ),
    Example(
        "Paid with points as far as possible",
        path={"receipt_id": "2026-000124"},
        body={**RECEIPT, "pay": {"points": "max"}},
        status=201,
    ),
    Example(
        "Nobody's receipt, decided only",
        path={"receipt_id": "2026-000125"},
        query={"dry_run": "true"},
        body={key: value for key, value in RECEIPT.items() if key != "member"},
        status=200,
    ),
)
QUOTES = (
    Example("What would it bring", body=RECEIPT, status=200),
    Example(
        "Pay with ten points and set them aside",
        body={**RECEIPT, "pay": {"points": 10}, "hold": True},
        status=200,
    ),
    Example(
        "With a code that is none, a delivery, and every promotion explained",
        body={
            **RECEIPT,
            "codes": ["SPRING-26"],
            "explain": True,
            "lines": [
                *LINES,
                {"id": "3", "sku": "courier", "kind": "delivery", "price_minor": 30000},
            ],
        },
        status=200,
    ),
    Example(
        "What would it have brought in spring",
        query={"as_of": "2026-11-20T12:00:00Z"},
        body=RECEIPT,
        status=200,
    ),
)
RETURNS = (
    Example(
        "One of the two cartons of milk",
        path={"return_id": "R-000017"},
        body={
            "sale": {"receipt_id": "2026-000123"},
            "occurred_at": "2026-11-21T18:45:00+03:00",
            "lines": [{"id": "1", "quantity": 1}],
        },
        status=201,
    ),
    Example(
        "All that is left",
        path={"return_id": "R-000018"},
        body={
            "sale": {"receipt_id": "2026-000123", "till": "1"},
            "occurred_at": "2026-11-21T18:50:00+03:00",
        },
        status=201,
    ),
)
IDENTIFICATIONS = (
    Example("A scanned card", body={"text": CARD}, status=200),
    Example("A phone, said to be one", body={"member": {"phone": "8 916 123-45-67"}}, status=200),
    Example("How a name begins", body={"text": "Ковал"}, status=200),
    Example("Nobody", body={"text": "2999999999994"}, status=404),
)
ENROLMENTS = (
    Example(
        "A new member",
        body={
            "phone": "+7 916 000-00-07",
            "given_name": "Вера",
            "birthday": "1990-05-17",
            "consents": [{"purpose": "marketing", "given": True, "text_version": "2026-01"}],
        },
        status=201,
    ),
)
EVENTS = (
    Example(
        "A review",
        body={
            "member": {"card": CARD},
            "kind": "review",
            "occurred_at": "2026-11-21T18:30:00+03:00",
            "reference": "review-4711",
        },
        status=201,
    ),
)
OF_MEMBER = (Example("The member of the card above", path={"member_id": MEMBER_ID}, status=200),)
REDEMPTIONS = (Example("A mug", body={"member": {"card": CARD}, "reward": "mug"}, status=201),)
READS = (Example("The sale above", path={"receipt_id": "2026-000123"}, status=200),)
BATCHES = (
    Example(
        "Two receipts and a return that waited for the network",
        body={
            "items": [
                {"kind": "receipt", "receipt_id": "2026-000201", **RECEIPT},
                {
                    "kind": "return",
                    "return_id": "R-000201",
                    "sale": {"receipt_id": "2026-000201"},
                    "occurred_at": "2026-11-21T18:40:00+03:00",
                    "lines": [{"id": "2", "quantity": "0.342"}],
                },
                {"kind": "receipt", "receipt_id": "2026-000202", **RECEIPT},
            ]
        },
        status=200,
    ),
)
