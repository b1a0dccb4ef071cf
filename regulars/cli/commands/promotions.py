"""`regulars promotions`: what the programme has, and what each does to a receipt, or why not."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from regulars.cli.member_naming import member_named
from regulars.cli.receipt_files import AskedReceipt, read_receipt
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.members.queries import find_member_by_identifier, get_survivor
from regulars.contexts.members.types import EVERYONE, IdentifierKind
from regulars.contexts.programme.queries import compiled, compiled_at
from regulars.contexts.security.types import system_actor
from regulars.contexts.till.types import MemberKey, MemberUnknown, QuoteSale, QuoteView
from regulars.contexts.till.usecases.desk import open_desk
from regulars.contexts.till.usecases.sales import quote_sale
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.promotions import Promotion
from regulars.core.programme.texts import text_in
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.explain import said as say_explained
from regulars.core.promotions.missed import said as say_missed
from regulars.core.wording.telling import Units, figure, tell
from regulars.kit.clock import utc_now
from regulars.kit.database.attach import Attachment
from regulars.kit.transactions import in_transaction

AUDIENCES = ("till", "member", "marketer")


@click.group()
def promotions() -> None:
    """The promotions of the programme in force."""


COMMAND = promotions


@promotions.command("list")
@pass_session
def list_all(session: Session) -> None:
    """List the promotions of the programme in force."""
    with session.database():
        programme = in_transaction(lambda: compiled_at(utc_now()))
    found = programme.document.promotions
    heads = [
        session.say(f"cli.promotions_{name}")
        for name in ("id", "title", "kind", "trigger", "valid")
    ]
    rows = [_cells(session, programme, promotion) for promotion in found]
    empty = session.say("cli.promotions_none")
    session.show(
        [
            promotion.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for promotion in found
        ],
        table_lines(heads, rows, left=len(heads)) if rows else empty,
    )


@promotions.command("explain")
@click.argument("receipt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--member", help="Whose receipt: a card, phone, e-mail, outside number or id.")
@click.option("--store", default="", help="Code of the store (else nobody's).")
@click.option(
    "--for", "audience", type=click.Choice(AUDIENCES), default="marketer", help="Whom to tell."
)
@pass_session
def explain_receipt(
    session: Session, receipt: Path, member: str | None, store: str, audience: str
) -> None:
    """Say what each promotion would do to the RECEIPT (JSON, as for a quote at the till), or why not.

    Nothing is written. A receipt with `occurred_at` is looked at by the books of that moment.
    """
    now = utc_now()
    asked = read_receipt(receipt, store=store, till="", now=now)
    with session.database() as held:
        key = in_transaction(lambda: _member(asked, member))
        view = asyncio.run(_quoted(held, asked, key))
        programme = in_transaction(lambda: compiled(view.decision.version))
    told = _Told(session, programme, view, asked.codes, audience)
    session.show(told.data(), told.lines())


def _member(asked: AskedReceipt, text: str | None) -> MemberKey | None:
    """Whom the option or the file names. Raises MemberUnknown, IdentifierAmbiguous."""
    if text is None and asked.member is None:
        return None
    kind, value = asked.member if text is None and asked.member is not None else ("", text or "")
    if kind in ("", "id"):
        return MemberKey(ref=member_named(value).ref)
    found = find_member_by_identifier(
        value, IdentifierKind(kind), within=EVERYONE, region=settings.PHONE_REGION
    )
    if found is None:
        raise MemberUnknown
    return MemberKey(ref=get_survivor(found.ref, within=EVERYONE).ref)


async def _quoted(held: Attachment, asked: AskedReceipt, key: MemberKey | None) -> QuoteView:
    desk = await open_desk(held.access.app, secret=settings.SECRET_KEY.encode(), clock=utc_now)
    command = QuoteSale(
        asked.receipt,
        key,
        rewind=asked.dated,
        codes=tuple(asked.codes),
        claims=asked.claims,
        explain=True,
    )
    try:
        return await quote_sale(desk, command, by=system_actor("promotions"))
    finally:
        await desk.close()


@dataclass(frozen=True)
class _Told:
    """What became of a receipt, in the words of one reader."""

    session: Session
    programme: Compiled
    view: QuoteView
    typed: Mapping[str, str]
    audience: Any

    @property
    def units(self) -> Units:
        scales = {code: currency.scale for code, currency in self.programme.currencies.items()}
        return Units(self.programme.document.money, self.programme.money_scale, scales)

    def data(self) -> dict[str, Any]:
        """Everything as JSON; codes as they were typed."""
        decision = self.view.decision
        return {
            "version": decision.version,
            "gross_minor": decision.gross_minor,
            "discount_minor": decision.discount_minor,
            "promotions": [
                {
                    "promotion": one.promotion,
                    "applied": one.applied,
                    "amount_minor": one.amount_minor,
                    "times": one.times,
                    "code": one.reason.code,
                    "says": say_explained(
                        one, self.programme, self.audience, self.session.language
                    ),
                }
                for one in self.view.explained
            ],
            "codes": [
                {
                    "code": self.typed.get(code, code),
                    "accepted": accepted,
                    "promotion": promotion or None,
                    "says": self._reason(*reason),
                }
                for code, promotion, accepted, reason in decision.codes
            ],
            "missed": [
                {
                    "promotion": offer.promotion,
                    "says": say_missed(offer, self.programme, self.session.language),
                }
                for offer in self.view.missed
            ],
        }

    def lines(self) -> list[str]:
        """Everything as text."""
        told = self.data()
        lines = [
            f"{'✓' if one['applied'] else '✗'} {one['says']}" for one in told["promotions"]
        ] or [self.session.say("cli.promotions_none")]
        lines += [
            self.session.say("cli.promotions_code", typed=one["code"], reason=one["says"])
            for one in told["codes"]
        ]
        lines += [
            self.session.say("cli.promotions_missed", offer=one["says"]) for one in told["missed"]
        ]
        gross, discount = told["gross_minor"], told["discount_minor"]
        amounts = {"amount": self._money(gross - discount), "before": self._money(gross)}
        return [*lines, self.session.say("cli.promotions_to_pay", **amounts)]

    def _money(self, minor: int) -> str:
        return figure(minor, self.programme.money_scale, self.session.language)

    def _reason(self, code: str, params: Sequence[tuple[str, object]] = ()) -> str:
        return tell(code, dict(params), self.units, self.session.language)


def _cells(session: Session, programme: Compiled, promotion: Promotion) -> list[str]:
    title = text_in(promotion.title, session.language)
    kind = text_in(dict(KINDS[promotion.kind].title), session.language)
    return [promotion.id, title, kind, promotion.trigger.kind, _when(session, programme, promotion)]


def _when(session: Session, programme: Compiled, promotion: Promotion) -> str:
    if not promotion.enabled:
        return session.say("cli.promotions_off")
    if promotion.valid is None:
        return session.say("cli.promotions_on")

    def day(moment: date | None) -> str:
        if isinstance(moment, datetime):
            moment = moment.astimezone(programme.zone)
        return f"{moment:%Y-%m-%d}" if moment else "…"

    return f"{day(promotion.valid.since)} – {day(promotion.valid.until)}"
