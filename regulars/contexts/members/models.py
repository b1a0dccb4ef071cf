"""Tables of members, their contact data, identifiers, consents and card numbers."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from regulars.contexts.members.list_indexes import OF_THE_FEW

STATUSES = ("active", "blocked", "merged", "erased")
KINDS = ("card", "phone", "email", "app", "external")
IDENTIFIER_STATUSES = ("active", "blocked", "replaced")
CHECKSUMS = ("ean13", "luhn", "none")


class Member(models.Model):
    """A person enrolled, by a surrogate id only; `version` counts the changes."""

    pk = models.CompositePrimaryKey("bucket", "id")
    bucket = models.SmallIntegerField()
    id = models.UUIDField()
    status = models.CharField(max_length=10, default="active", db_default="active")
    status_reason = models.CharField(max_length=200, default="", db_default="")
    rests_until = models.DateTimeField(null=True)  # nothing is spent before: a contact was changed
    enrolled_at = models.DateTimeField()
    birthday = models.DateField(null=True)
    birthday_changed_at = models.DateTimeField(null=True)
    language = models.CharField(max_length=2)
    tags = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    attributes = models.JSONField(default=dict, db_default={})
    store_enrolled = models.CharField(max_length=40, null=True)
    referred_by_bucket = models.SmallIntegerField(null=True)
    referred_by_id = models.UUIDField(null=True)
    merged_into_bucket = models.SmallIntegerField(null=True)
    merged_into_id = models.UUIDField(null=True)
    is_staff = models.BooleanField(default=False, db_default=False)
    version = models.IntegerField(default=1, db_default=1)

    class Meta:
        db_table = "members_member"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(bucket__gte=0, bucket__lt=1024),
                name="members_member_bucket",
            ),
            models.CheckConstraint(condition=Q(status__in=STATUSES), name="members_member_status"),
            models.CheckConstraint(
                condition=Q(
                    merged_into_bucket__isnull=False,
                    merged_into_id__isnull=False,
                    status="merged",
                )
                | (
                    Q(merged_into_bucket__isnull=True, merged_into_id__isnull=True)
                    & ~Q(status="merged")
                ),
                name="members_member_merged",
            ),
        ]
        indexes: ClassVar = [
            # Lists show the newest first and go on from (enrolled_at, id).
            models.Index(fields=["-enrolled_at", "-id"], name="members_member_newest"),
            GinIndex(fields=["tags"], name="members_member_tags"),
            *OF_THE_FEW,
        ]

    def __str__(self) -> str:
        return str(self.id)


class ProfileRow(models.Model):
    """Contact data of a member; the row is deleted by erasure."""

    pk = models.CompositePrimaryKey("bucket", "member_id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    given_name = models.CharField(max_length=120, default="", db_default="")
    family_name = models.CharField(max_length=120, default="", db_default="")
    phone = models.CharField(max_length=16, default="", db_default="")
    email = models.CharField(max_length=254, default="", db_default="")
    gender = models.CharField(max_length=10, default="", db_default="")
    city = models.CharField(max_length=120, default="", db_default="")
    note = models.CharField(max_length=1000, default="", db_default="")
    # Folded «family given» and «given family»: a name is found by how it begins, either way round.
    name_key = models.CharField(max_length=250, default="", db_default="")
    name_key_reversed = models.CharField(max_length=250, default="", db_default="")

    class Meta:
        db_table = "members_profile"
        indexes: ClassVar = [
            models.Index(
                fields=["name_key"],
                name="members_profile_name",
                opclasses=["varchar_pattern_ops"],
            ),
            models.Index(
                fields=["name_key_reversed"],
                name="members_profile_name_reversed",
                opclasses=["varchar_pattern_ops"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.member_id)


class IdentifierRow(models.Model):
    """A claim: this value belongs to this member and to nobody else. App tokens are digests."""

    pk = models.CompositePrimaryKey("kind", "value")
    kind = models.CharField(max_length=10)
    value = models.CharField(max_length=254)
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    status = models.CharField(max_length=10, default="active", db_default="active")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    form = models.CharField(max_length=20, default="", db_default="")

    class Meta:
        db_table = "members_identifier"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="members_identifier_kind"),
            models.CheckConstraint(
                condition=Q(status__in=IDENTIFIER_STATUSES),
                name="members_identifier_status",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["bucket", "member_id"], name="members_identifier_member")
        ]

    def __str__(self) -> str:
        return self.kind


class ConsentRow(models.Model):
    """One consent given or withdrawn. The application's role can only add rows."""

    id = models.UUIDField(primary_key=True)
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    purpose = models.CharField(max_length=40)
    given = models.BooleanField()
    at = models.DateTimeField()
    channel = models.CharField(max_length=40)
    text_version = models.CharField(max_length=80, default="", db_default="")
    proof = models.JSONField(default=dict, db_default={})
    by = models.CharField(max_length=120)

    class Meta:
        db_table = "members_consent"
        indexes: ClassVar = [
            models.Index(fields=["bucket", "member_id", "at"], name="members_consent_member")
        ]

    def __str__(self) -> str:
        return str(self.id)


class CardRange(models.Model):
    """Card numbers of our own: a prefix, a length and how the check digit is made."""

    code = models.CharField(primary_key=True, max_length=40)
    prefix = models.CharField(max_length=18)
    length = models.SmallIntegerField()
    checksum = models.CharField(max_length=5)
    form = models.CharField(max_length=20)
    # Only numbers that we issued can be enrolled, not every number that looks right.
    issued_only = models.BooleanField(default=True)
    next_batch = models.IntegerField(default=1)
    issued = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "members_card_range"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(checksum__in=CHECKSUMS), name="members_card_range_checksum"
            ),
            models.UniqueConstraint(fields=["prefix", "length"], name="members_card_range_prefix"),
        ]

    def __str__(self) -> str:
        return self.code


class IssuedCard(models.Model):
    """A number that was drawn; kept for ever, so that none is drawn twice."""

    number = models.CharField(primary_key=True, max_length=32)
    range = models.ForeignKey(CardRange, models.PROTECT, related_name="+", db_column="range_code")
    batch = models.IntegerField()
    issued_at = models.DateTimeField()
    # Set when its member was erased: the number opens no membership any more.
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_issued_card"
        indexes: ClassVar = [
            models.Index(fields=["range", "batch"], name="members_issued_card_batch")
        ]

    def __str__(self) -> str:
        return f"batch {self.batch}"


class CardBatchRow(models.Model):
    """Numbers of a range that were drawn together, and how often they went to a print shop."""

    pk = models.CompositePrimaryKey("range_id", "number")
    range = models.ForeignKey(CardRange, models.PROTECT, related_name="+", db_column="range_code")
    number = models.IntegerField()
    count = models.IntegerField()
    made_at = models.DateTimeField()
    printings = models.IntegerField(default=0, db_default=0)
    printed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_card_batch"

    def __str__(self) -> str:
        return f"{self.range_id}/{self.number}"


class CodeDevice(models.Model):
    """A device of a member that shows codes which change; what it computes them from is not kept.

    `last_shown` and `last_agreed` are the latest periods whose codes were taken: none works twice.
    """

    id = models.UUIDField(primary_key=True)
    tag = models.CharField(max_length=16, unique=True)
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    name = models.CharField(max_length=80, default="", db_default="")
    made_at = models.DateTimeField()
    # The id is that of a session of the app: when that ends, its codes end.
    of_session = models.BooleanField(default=False, db_default=False)
    revoked_at = models.DateTimeField(null=True)
    last_shown = models.BigIntegerField(default=0, db_default=0)
    last_agreed = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "members_code_device"
        indexes: ClassVar = [
            models.Index(fields=["bucket", "member_id"], name="members_code_device_member")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class ReferralCode(models.Model):
    """The code by which a member brings friends; a new one retires the old."""

    code = models.CharField(primary_key=True, max_length=20)
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "members_referral_code"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="members_referral_code_one",
                fields=["bucket", "member_id"],
                condition=Q(retired_at=None),
            )
        ]

    def __str__(self) -> str:
        return str(self.member_id)


class ReferralRow(models.Model):
    """Who brought a member, named once; and how far the rewards of both have come.

    `attempt` counts the purchases that earned it, those that were given back included.
    `seen` is the version of the friend's account at which was last looked for a purchase.
    """

    pk = models.CompositePrimaryKey("bucket", "member_id")
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    referrer_bucket = models.SmallIntegerField()
    referrer_id = models.UUIDField()
    named_at = models.DateTimeField()
    named_by = models.CharField(max_length=120)
    status = models.CharField(max_length=10)
    attempt = models.IntegerField(default=1, db_default=1)
    seen = models.BigIntegerField(default=0, db_default=0)
    purchase_id = models.UUIDField(null=True)
    earned_at = models.DateTimeField(null=True)
    watch_until = models.DateTimeField(null=True)
    version = models.IntegerField(null=True)
    friend_currency = models.CharField(max_length=40, null=True)
    friend_amount = models.BigIntegerField(null=True)
    friend_source = models.UUIDField(null=True)  # under which the ledger has it
    referrer_currency = models.CharField(max_length=40, null=True)
    referrer_amount = models.BigIntegerField(null=True)
    referrer_source = models.UUIDField(null=True)
    capped = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "members_referral"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="members_referral_not_oneself", condition=~Q(referrer_id=models.F("member_id"))
            ),
            models.CheckConstraint(
                name="members_referral_status",
                condition=Q(status__in=["waiting", "lapsed"], earned_at=None, version=None)
                | Q(status="rewarded", earned_at__isnull=False, version__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="members_referral_by", fields=["referrer_bucket", "referrer_id", "named_at"]
            ),
            # What the settling goes through: friends who may buy, and purchases that may come back.
            models.Index(
                name="members_referral_unsettled",
                fields=["bucket", "member_id"],
                condition=Q(status="waiting") | Q(watch_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.member_id)


class ConsentText(models.Model):
    """What a consent of one purpose says, in one version. The application's role can only add rows."""

    id = models.UUIDField(primary_key=True)
    purpose = models.CharField(max_length=40)
    version = models.IntegerField()
    offered = models.BooleanField()
    required = models.BooleanField()
    title = models.JSONField()
    body = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=120)

    class Meta:
        db_table = "members_consent_text"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose", "version"], name="members_consent_text_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}/{self.version}"


class SavedViewRow(models.Model):
    """A list of members that a colleague keeps, by its filters; nothing personal stands in it."""

    id = models.UUIDField(primary_key=True)
    staff_id = models.UUIDField()
    name = models.CharField(max_length=60)
    filters = models.JSONField()

    class Meta:
        db_table = "members_saved_view"
        indexes: ClassVar = [models.Index(fields=["staff_id"], name="members_saved_view_staff")]


class SupportRequest(models.Model):
    """Something a member asked of support; its words are deleted when the member is erased."""

    id = models.UUIDField(primary_key=True)
    bucket = models.SmallIntegerField()
    member_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    text = models.CharField(max_length=2000)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    due_at = models.DateTimeField()
    decision = models.CharField(max_length=10, null=True)
    answer = models.CharField(max_length=2000, default="", db_default="")
    approval_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        db_table = "members_support_request"
        indexes: ClassVar = [
            models.Index(fields=["bucket", "member_id"], name="members_support_member"),
            models.Index(
                fields=["due_at", "id"], name="members_support_open", condition=Q(decision=None)
            ),
        ]
