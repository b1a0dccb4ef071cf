"""The audit trail in words: what each action is called, with a drawing and a colour for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.contexts.security.queries import list_staff
from regulars.contexts.security.types import Actor, AuditRowView, Permission

# Action of the trail, or its first part with a dot: words, drawing. A test holds it to the source.
WORDS: dict[str, tuple[Promise, str]] = {
    "approval.decide": (gettext_lazy("Decided on a request"), "clipboard-check"),
    "approval.request": (gettext_lazy("Asked for approval"), "clipboard-check"),
    "audit.export": (gettext_lazy("Audit trail taken as a file"), "download"),
    "card_range.create": (gettext_lazy("Range of card numbers made"), "credit-card"),
    "card_range.issue": (gettext_lazy("Cards issued"), "credit-card"),
    "card_range.print": (gettext_lazy("Cards sent to print"), "printer"),
    "cashier.enter": (gettext_lazy("Cashier came to the till"), "cash-register"),
    "cashier.set": (gettext_lazy("Cashier changed"), "cash-register"),
    "consent.publish_text": (gettext_lazy("New consent text"), "file-text"),
    "coupon.create_batch": (gettext_lazy("Batch of coupons made"), "ticket"),
    "coupon.export": (gettext_lazy("Coupon codes exported"), "ticket"),
    "coupon.import": (gettext_lazy("Coupon codes imported"), "ticket"),
    "coupon.issued": (gettext_lazy("Coupon given"), "ticket"),
    "coupon.list": (gettext_lazy("Coupon codes looked at"), "ticket"),
    "coupon.revoked": (gettext_lazy("Coupon taken back"), "ticket"),
    "demo.begin": (gettext_lazy("Demo begun"), "sparkles"),
    "demo.built": (gettext_lazy("Demo built"), "sparkles"),
    "gift_card.adjust": (gettext_lazy("Gift card corrected"), "gift-card"),
    "gift_card.assign": (gettext_lazy("Gift card given to a member"), "gift-card"),
    "gift_card.make": (gettext_lazy("Gift cards made"), "gift-card"),
    "gift_card.replace": (gettext_lazy("Gift card replaced"), "gift-card"),
    "identifier.add": (gettext_lazy("Card or contact added"), "id"),
    "identifier.give_card": (gettext_lazy("Card given to a member"), "credit-card"),
    "identifier.remove": (gettext_lazy("Card or contact removed"), "id"),
    "identifier.replace_card": (gettext_lazy("Card replaced"), "replace"),
    "key.issue": (gettext_lazy("API key issued"), "key"),
    "key.revoke": (gettext_lazy("API key revoked"), "key"),
    "ledger.adjust": (gettext_lazy("Points corrected by hand"), "adjustments"),
    "ledger.grant_tier": (gettext_lazy("Tier given by hand"), "award"),
    "ledger.transfer": (gettext_lazy("Points moved to another member"), "switch-horizontal"),
    "member.block": (gettext_lazy("Member blocked"), "lock"),
    "member.change_birthday": (gettext_lazy("Birthday changed"), "cake"),
    "member.change_contact": (gettext_lazy("Contact changed by the member"), "edit"),
    "member.change_profile": (gettext_lazy("Profile changed"), "edit"),
    "member.code_device": (gettext_lazy("Code device connected"), "device-mobile"),
    "member.code_device_end": (gettext_lazy("Code device disconnected"), "device-mobile"),
    "member.enrol": (gettext_lazy("Member joined"), "user-plus"),
    "member.enrol_many": (gettext_lazy("Members imported"), "file-import"),
    "member.erase": (gettext_lazy("Member's data erased"), "user-x"),
    "member.export_one": (gettext_lazy("Data of a member handed out"), "download"),
    "member.export": (gettext_lazy("Members exported"), "download"),
    "member.merge": (gettext_lazy("Members merged"), "users"),
    "member.set_attributes": (gettext_lazy("Attributes of a member changed"), "edit"),
    "member.set_language": (gettext_lazy("Language of a member changed"), "language"),
    "member.set_staff_mark": (gettext_lazy("Staff mark changed"), "id-badge-2"),
    "member.set_tags": (gettext_lazy("Tags of a member changed"), "tag"),
    "member.sign_in": (gettext_lazy("Member signed in"), "login-2"),
    "member.unblock": (gettext_lazy("Member unblocked"), "lock-open"),
    "member.undo_contact": (gettext_lazy("Change of a contact taken back"), "arrow-back-up"),
    "member.write_scores": (gettext_lazy("Scores written to members"), "report-analytics"),
    "offer.activate": (gettext_lazy("Offer activated"), "bolt"),
    "offer.make": (gettext_lazy("Personal offer made"), "discount"),
    "offer.withdraw": (gettext_lazy("Personal offer withdrawn"), "discount"),
    "page.open": (gettext_lazy("Tried to open a page"), "shield-lock"),
    "passkey.add": (gettext_lazy("Passkey added"), "fingerprint"),
    "passkey.remove": (gettext_lazy("Passkey removed"), "fingerprint"),
    "period.close": (gettext_lazy("Month closed"), "scale"),
    "period.reopen": (gettext_lazy("Month opened again"), "scale"),
    "plan.archive": (gettext_lazy("Plan archived"), "archive"),
    "plan.create": (gettext_lazy("Plan made"), "target-arrow"),
    "plan.restore": (gettext_lazy("Plan brought back"), "target-arrow"),
    "plan.save": (gettext_lazy("Plan saved"), "target-arrow"),
    "plan.set_cost": (gettext_lazy("Cost of a month written into a plan"), "target-arrow"),
    "programme.approve": (gettext_lazy("Version approved"), "checks"),
    "programme.brand": (gettext_lazy("Brand changed"), "palette"),
    "programme.draft": (gettext_lazy("Draft of a version made"), "versions"),
    "programme.drop": (gettext_lazy("Version dropped"), "archive"),
    "programme.publish": (gettext_lazy("Version published"), "rocket"),
    "programme.revise": (gettext_lazy("Draft changed"), "edit"),
    "programme.withdraw": (gettext_lazy("Publication withdrawn"), "arrow-back-up"),
    "push.off": (gettext_lazy("Notices switched off"), "device-mobile"),
    "push.on": (gettext_lazy("Notices switched on"), "device-mobile"),
    "receipts.import": (gettext_lazy("Receipts imported"), "file-import"),
    "referral.code": (gettext_lazy("Referral code made"), "users-group"),
    "referral.name": (gettext_lazy("Referral code named"), "users-group"),
    "reward.add_stock": (gettext_lazy("Stock of a reward filled up"), "stack-2"),
    "reward.cancel": (gettext_lazy("Reward given back"), "arrow-back-up"),
    "reward.change": (gettext_lazy("Reward changed"), "edit"),
    "reward.create": (gettext_lazy("Reward made"), "gift"),
    "reward.end": (gettext_lazy("Reward ended"), "archive"),
    "reward.fulfil": (gettext_lazy("Reward handed out"), "gift"),
    "reward.launch": (gettext_lazy("Reward launched"), "rocket"),
    "reward.redeem": (gettext_lazy("Reward taken"), "gift"),
    "reward.reserve": (gettext_lazy("Reward set aside"), "gift"),
    "reward.set_stock": (gettext_lazy("Stock of a reward counted"), "stack-2"),
    "session.end": (gettext_lazy("Signed out"), "logout"),
    "session.end_all": (gettext_lazy("Signed out everywhere"), "logout"),
    "staff.activate": (gettext_lazy("Account opened again"), "user-check"),
    "staff.change_password": (gettext_lazy("Password changed"), "lock"),
    "staff.code_app_off": (gettext_lazy("Code app disconnected"), "shield"),
    "staff.code_app_on": (gettext_lazy("Code app connected"), "shield-check"),
    "staff.create": (gettext_lazy("Account made"), "user-plus"),
    "staff.deactivate": (gettext_lazy("Account closed"), "user-off"),
    "staff.invitation_revoke": (gettext_lazy("Invitation called back"), "mail"),
    "staff.invite": (gettext_lazy("Colleague invited"), "mail"),
    "staff.recovery_code": (gettext_lazy("Recovery code used"), "key"),
    "staff.recovery_codes_new": (gettext_lazy("New recovery codes"), "key"),
    "staff.reset_asked": (gettext_lazy("New password asked for"), "mail"),
    "staff.reset_password": (gettext_lazy("Password set anew by a letter"), "lock"),
    "staff.second_factor": (gettext_lazy("Second step of signing in"), "shield-lock"),
    "staff.second_factor_reset": (gettext_lazy("Second factor reset"), "shield"),
    "staff.set_own_data": (gettext_lazy("Own account changed"), "edit"),
    "staff.set_password": (gettext_lazy("Password set"), "lock"),
    "staff.set_role": (gettext_lazy("Role changed"), "id-badge-2"),
    "staff.sign_in": (gettext_lazy("Signed in to the console"), "login-2"),
    "store.change": (gettext_lazy("Store changed"), "building-store"),
    "store.create": (gettext_lazy("Store opened"), "building-store"),
    "study.cancel": (gettext_lazy("Study called off"), "calculator"),
    "study.request": (gettext_lazy("Study asked for"), "calculator"),
    "support.decide": (gettext_lazy("Request to support answered"), "message"),
    "support.open": (gettext_lazy("Request to support taken down"), "message"),
    "till.change": (gettext_lazy("Till changed"), "cash-register"),
    "till.create": (gettext_lazy("Till set up"), "cash-register"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A row of the trail as people read it."""

    row: AuditRowView
    title: str
    icon: str
    actor: str
    kind: str
    details: tuple[tuple[str, str], ...]


def told(row: AuditRowView, names: Mapping[UUID, str]) -> Told:
    """The row in words; an action that has none (an operation of the API) shows its own name."""
    words = WORDS.get(row.action)
    title = str(words[0]) if words else row.action
    icon = words[1] if words else "activity"
    details = tuple((name, str(value)) for name, value in row.detail.items() if _speaks(value))
    return Told(row, title, icon, actor_name(row, names), "bad" if row.refused else "", details)


def actor_name(row: AuditRowView, names: Mapping[UUID, str]) -> str:
    """Who it was: a colleague by name where the reader may know it, else by kind."""
    if row.staff_id is not None and row.staff_id in names:
        return names[row.staff_id]
    kinds = {
        "staff": _("A colleague"),
        "key": _("A program"),
        "till": _("A till"),
        "member": _("A member"),
        "system": _("Regulars"),
    }
    return kinds.get(row.actor_kind, row.actor_kind)


def colleagues(by: Actor) -> dict[UUID, str]:
    """Names of staff, for who may read them; nobody else learns any."""
    if Permission.STAFF_READ not in by.permissions:
        return {}
    return {one.id: one.name for one in list_staff(by=by)}


def _speaks(value: Any) -> bool:
    return value not in (None, "", False)
