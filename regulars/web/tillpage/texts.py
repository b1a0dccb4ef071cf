"""What the till page says by script: sentences with gaps, and counts in all their plural forms."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# A number for each plural form: one, few, many of Russian; English has two of them.
_SAMPLES = (1, 2, 5)


def page_texts() -> dict[str, object]:
    """By name: a sentence with gaps as %(name)s, or a list of three forms with %(count)s."""
    return _sentences() | _results() | _problems() | _counts()


def _sentences() -> dict[str, object]:
    return {
        "till_of": _("%(store)s · %(till)s"),
        "spendable": _("%(points)s, worth %(money)s"),
        "next_tier": _("%(money)s to %(tier)s"),
        "no_name": _("Member"),
        "staff": _("Staff card"),
        "negative": _("The balance is below zero: nothing can be spent"),
        "unverified": _("Offline: %(text)s, to be checked later"),
        "nobody": _("No card"),
        "will_earn": _("Will earn %(points)s"),
        "pays": _("Points pay %(money)s"),
        "discount": _("Discount"),
        "to_pay": _("To pay"),
        "take": _("Take %(money)s"),
        "spend_most": _("At most %(points)s for this receipt, %(money)s"),
        "take_plain": _("Take and earn"),
        "quantity": _("Quantity"),
        "price": _("Price"),
        "kind_card": _("card"),
        "kind_phone": _("phone"),
        "let_go": _("Let the member go"),
        "backspace": _("Delete the last digit"),
        "without_cashier": _("Open the shift"),
        "since": _("Open since"),
        "with_member": _("With a member"),
        "earned_name": _("Earned"),
        "spent_name": _("Spent"),
        "enrol_action": _("Enrol"),
        "give_action": _("Give it to this member"),
        "spend_confirmed": _("The member showed their code: no digits are needed"),
        "line": _("Article %(number)s"),
        "remove_line": _("Remove line %(number)s"),
        "queue_waits": _("Waiting to be sent"),
        "queue_done": _("Sent"),
        "queue_refused": _("Refused"),
        "earned_plus": _("+%(points)s"),
        "spent_minus": _("−%(points)s"),
        "returned_of": _("Return of %(number)s"),
        "welcome": _("Welcome"),
        "hello": _("Hello, %(name)s"),
        "balance": _("Your balance: %(points)s"),
        "earned_display": _("You have earned %(points)s"),
        "thanks": _("Thank you"),
        "pin_for": _("PIN of %(name)s"),
        "offline_since": _("Offline"),
        "camera_denied": _(
            "The camera is not available: allow it in the browser, or type the number"
        ),
        "refund": _("Refund: %(money)s"),
        "taken_back": _("Taken back: %(points)s"),
        "given_back": _("Given back: %(points)s"),
    }


def _results() -> dict[str, object]:
    return {
        "done_sale": _("Done: %(points)s earned"),
        "done_plain": _("Done"),
        "done_spent": _("Done: %(spent)s spent, %(points)s earned"),
        "done_only_spent": _("Done: %(spent)s spent"),
        "done_offline": _("Kept: will be sent when the network is back"),
        "done_return": _("Returned"),
        "done_enrol": _("Enrolled: %(name)s"),
        "done_card": _("The card is active now"),
        "already": _("This was done before: nothing changed"),
        "data_amount": _("Enter the amount"),
        "data_member": _("Nobody is found. Enrol them?"),
        "data_several": _("Several people: choose one"),
        "data_card": _("A new card. Enrol a member with it, or find one and give it to them."),
        "changed": _("Something changed meanwhile: look at the new figures and confirm again"),
        "spend_unknown": _(
            "It is not known yet whether the points were spent: wait for the network"
        ),
        "choose_lines": _("Choose what comes back"),
        "enrol_needs": _("A phone or a card is needed"),
        "give_card": _("Give the card %(card)s to this member"),
    }


def _problems() -> dict[str, object]:
    return {
        "no_network": _(
            "No network: spending, returns and names have to wait; cards and phones earn"
        ),
        "no_network_code": _(
            "Without a network a code cannot be checked: use the card or the phone"
        ),
        "no_network_enrol": _("Enrolment needs the network"),
        "key_refused": _("This key is not good for a till"),
        "no_answer": _("The server does not answer"),
        "return_unknown": _("The network is gone: the return will be sent when it is back"),
        "fault": _("Something went wrong here. Try again, or call for help."),
        "amount_wrong": _("This is no amount"),
        "pin_offline": _("Without a network only who was here before can enter"),
        "unknown_offline": _("Without a network only card numbers and phones can be taken"),
    }


def _counts() -> dict[str, object]:
    return {
        "points": _forms(lambda n: ngettext("%(count)s point", "%(count)s points", n)),
        "receipts": _forms(lambda n: ngettext("%(count)s receipt", "%(count)s receipts", n)),
        "returns": _forms(lambda n: ngettext("%(count)s return", "%(count)s returns", n)),
        "waiting": _forms(
            lambda n: ngettext("%(count)s receipt is waiting", "%(count)s receipts are waiting", n)
        ),
    }


def _forms(of: Callable[[int], str]) -> list[str]:
    return [of(number) for number in _SAMPLES]
