"""A till of the served shop, ready to work: its key entered, a cashier at it."""

from dataclasses import dataclass
from itertools import count

from django.test import override_settings

from regulars.contexts.members.types import (
    Enrolment,
    Identifier,
    IdentifierKind,
    MemberRef,
    Profile,
)
from regulars.contexts.members.usecases.codes import register_code_device
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.security.types import Actor
from regulars.contexts.till.usecases.cashiers import set_cashier
from regulars.contexts.till.usecases.places import create_till, issue_till_key
from regulars.core.identifiers import with_check_digit
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

PIN = "2580"
_numbers = count(1)


@dataclass
class Customer:
    """A member with a card and a phone."""

    ref: MemberRef
    card: str
    phone: str
    name: str


def new_till(site):
    """The key of a new till in the first store, where Вера and Олег work."""
    code = f"b{next(_numbers)}"

    def work():
        now, by = utc_now(), site.shop.by
        create_till("s1", code, f"Касса {code}", now=now, by=by)
        for cashier, name in (("vera", "Вера"), ("oleg", "Олег")):
            set_cashier("s1", cashier, name=name, pin=PIN, now=now, by=by)
        return issue_till_key("s1", code, now=now, by=by).token

    return site.do(lambda: in_transaction(lambda: _with_its_secret(site, work)))


def new_customer(site, *, points=0, name="Мария"):
    """A new member who has bought for `points` × 100 or so."""
    number = next(_numbers)
    card = with_check_digit(f"2777{number:08}", "ean13")
    phone = f"+7916555{number:04}"

    def enrol():
        made = enrol_member(
            Enrolment(
                (Identifier(IdentifierKind.CARD, card), Identifier(IdentifierKind.PHONE, phone)),
                Profile(given_name=name, family_name="Соколова"),
            ),
            now=utc_now(),
            by=site.shop.by,
        )
        return made.member

    ref = site.do(lambda: in_transaction(enrol))
    if points:
        site.do(lambda: site.shop.sell(ref, points))
    return Customer(ref, card, phone, name)


def new_device(site, customer):
    """A device of the member that shows codes."""
    by = Actor("member", str(customer.ref.id), None, frozenset())

    def work():
        return register_code_device(customer.ref, "Test", now=utc_now(), by=by)

    return site.do(lambda: in_transaction(lambda: _with_its_secret(site, work)))


def _with_its_secret(site, work):
    with override_settings(SECRET_KEY=site._secret):
        return work()


def open_till(watched, key, *, cashier="Вера", pin=PIN):
    """Enter the key and the PIN on a window; gives the Playwright page, ready for a customer."""
    page = watched.goto("/till/").page
    page.locator("#key").fill(key)
    page.locator("#key-form button").click()
    page.get_by_role("button", name=cashier).click()
    page.locator("#pin").fill(pin)
    page.locator("#pin-form .button-primary").click()
    page.locator("#work").wait_for()
    return page


def scan(page, text):
    """What a scanner does that types like a keyboard, a sign every few milliseconds.

    On a machine under load a sign may come late, as no scanner's does: then once more.
    """
    for _ in range(10):
        if page.evaluate(_SCANNER, text):
            return
    raise AssertionError("the page takes no scan")


# The signs are made first: it is their moments that tell a scanner from a person.
_SCANNER = """(text) => {
  const keys = [...text, "Enter"];
  const event = (kind, key) => new KeyboardEvent(kind, {key, bubbles: true, cancelable: true});
  const downs = keys.map((key) => event("keydown", key));
  for (const [number, key] of keys.entries()) {
    const input = document.activeElement;
    if (input.dispatchEvent(downs[number]) && key !== "Enter") {
      document.execCommand("insertText", false, key);
    }
    input.dispatchEvent(event("keyup", key));
    if (key === "Enter" && input.value?.endsWith(text)) {
      input.value = input.value.slice(0, -text.length);
      return false;
    }
  }
  return true;
}"""
