"""Steps on the codes and coupons of programmes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from scenarios.codes import ticket_of
from scenarios.loyalty import codes_of
from scenarios.registry import does, moment
from scenarios.translation import our_code
from scenarios.words import text
from scenarios.world import World


@does("make_code_only", fields="programme code")
def make_code_only(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    programme["trigger"], programme["code"] = "code", text(step.get("code"), "code")


@does("make_automatic", fields="programme")
def make_automatic(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    programme["trigger"] = "auto"
    programme.pop("code", None)


@does("expire_coupon", "expire_code", fields="programme code")
def expire_coupon(world: World, step: Mapping[str, Any]) -> None:
    """The coupon was good until yesterday."""
    programme = world.programme(step.get("programme"))
    ended = datetime.combine(world.clock.date(), datetime.min.time(), UTC)
    for code in codes_of(programme) or [""]:
        ticket_of(world, programme, code).until = ended


@does("revoke_coupon", "disable_coupon", fields="programme code")
def revoke_coupon(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    for code in codes_of(programme) or [""]:
        ticket_of(world, programme, code).revoked = True


@does(
    "issue_coupon",
    "generate_coupon",
    "generate_coupons",
    fields="programme customer owner code expires",
)
def issue_coupon(world: World, step: Mapping[str, Any]) -> None:
    programme = world.programme(step.get("programme"))
    owner = step.get("customer", step.get("owner"))
    ticket = ticket_of(world, programme)
    if ticket.uses_max > 1000:
        ticket.uses_max = 1
    if step.get("code") is not None:
        del world.tickets[ticket.code]
        ticket.code = our_code(text(step["code"], "code"))
        world.tickets[ticket.code] = ticket
    if owner is not None:
        ticket.owner = world.customer_of(owner)
        world.person(ticket.owner or "")
    if step.get("expires") is not None:
        ticket.until = moment(step["expires"]) + timedelta(days=1)
