"""Which column of a file of members is which, by its heading in Russian or English."""

import re
from collections.abc import Iterable, Sequence

from regulars.contexts.members.usecases.transfer import (
    ATTRIBUTE_PREFIX,
    COLUMNS,
    CONSENT_PREFIX,
)
from regulars.core.refusal import Invalid

FIELDS = (*COLUMNS, "status", "consents", "attributes")
_HEADINGS = {
    "card": "card number|card no|loyalty card|карта|номер карты|карта лояльности|дисконтная карта",
    "phone": "phone number|mobile|mobile phone|cell|tel|телефон|номер телефона|мобильный"
    "|мобильный телефон|сотовый|тел",
    "email": "e mail|mail|email address|e mail address|почта|эл почта|электронная почта|имейл",
    "external": "customer id|customer|client id|id клиента|код клиента|внешний код|номер клиента",
    "given_name": "first name|name|given name|имя",
    "family_name": "last name|surname|family name|фамилия",
    "birthday": "birth date|date of birth|dob|birthdate|дата рождения|день рождения|др",
    "gender": "sex|пол",
    "city": "town|город",
    "note": "notes|comment|comments|примечание|комментарий|заметка",
    "language": "lang|язык",
    "store": "shop|store code|магазин|код магазина|точка",
    "tags": "tag|labels|метки|теги|тэги",
    "enrolled_at": "enrolled|joined|sign up date|registered|registration date|дата регистрации"
    "|дата вступления|дата выдачи",
    "is_staff": "staff|employee|сотрудник|персонал",
}
_FIELD_OF = {
    heading: field for field, headings in _HEADINGS.items() for heading in headings.split("|")
}
_PREFIXES = (CONSENT_PREFIX, ATTRIBUTE_PREFIX)


class ColumnsUnclear(Invalid):
    """What --column says does not fit: no such field or heading, or one of them twice."""

    code = "cli.members_columns_unclear"


def columns_of(headings: Sequence[str], named: Iterable[str]) -> dict[str, str]:
    """Heading → field: what `named` (`FIELD=HEADING`) says first, the rest by how it is called.

    A heading that says nothing is left out; of two for one field the earlier counts. Raises
    ColumnsUnclear.
    """
    found: dict[str, str] = {}
    for text in named:
        field, sign, heading = text.partition("=")
        if not sign or not _is_field(field) or heading not in headings:
            raise ColumnsUnclear(told=text)
        if heading in found or field in found.values():
            raise ColumnsUnclear(told=text)
        found[heading] = field
    for heading in headings:
        guessed = _guessed(heading)
        if guessed is not None and heading not in found and guessed not in found.values():
            found[heading] = guessed
    return found


def _guessed(heading: str) -> str | None:
    if _is_field(heading):
        return heading
    folded = " ".join(re.sub(r"[\W_]+", " ", heading.casefold().replace("ё", "е")).split())
    spelled = folded.replace(" ", "_")
    return spelled if spelled in FIELDS else _FIELD_OF.get(folded)


def _is_field(name: str) -> bool:
    return name in FIELDS or (name.startswith(_PREFIXES) and not name.endswith("."))
