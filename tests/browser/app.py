"""A member signed in to the app of the served shop."""

from uuid import UUID

from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases.catalogue import create_reward, launch_reward
from regulars.contexts.security.types import Holder
from regulars.contexts.security.usecases.sessions import begin_session
from regulars.core.member_code import device_secret
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


def signed_in(site, customer):
    """The session token of the member, signed in by a code, and the session's id."""

    def work():
        holder = Holder("member", customer.ref.id)
        return begin_session(holder, method="code", device="Chromium", now=utc_now())

    return site.do(lambda: in_transaction(work))


def secret_of(site, session_id: UUID) -> bytes:
    """What the device of a session computes its codes from."""
    return device_secret(site._secret.encode(), session_id.bytes)


def new_reward(site, code, price):
    """A reward on offer for so many points."""

    def work():
        now, by = utc_now(), site.shop.by
        terms = RewardTerms(
            title={"en": f"Mug {code}", "ru": f"Кружка {code}"},
            description={"en": "A large one", "ru": "Большая"},
            kind="gift",
            params={"sku": "mug"},
            currency="points",
            price_minor=price,
        )
        create_reward(code, terms, stock=5, now=now, by=by)
        launch_reward(code, now=now, by=by)

    site.do(lambda: in_transaction(work))
