"""Tables of staff, API keys, sessions, passkeys, codes, the audit trail, approvals and guesses."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

ROLES = (
    "owner",
    "marketer",
    "controller",
    "support",
    "cashier",
    "auditor",
    "integrator",
)
LANGUAGES = ("en", "ru")
HOLDERS = ("staff", "member")


class StaffManager(BaseUserManager):
    """Finds accounts by address, whatever its letter case: addresses are stored in lower case."""

    def get_by_natural_key(self, username: str | None) -> "StaffUser":
        return self.get(email=(username or "").lower())


class StaffUser(AbstractBaseUser):
    """A person who works with the programme."""

    id = models.UUIDField(primary_key=True)
    email = models.CharField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20)
    language = models.CharField(max_length=2)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    password_changed_at = models.DateTimeField()

    objects = StaffManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "security_staff"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(role__in=ROLES), name="security_staff_role"),
            models.CheckConstraint(
                condition=Q(language__in=LANGUAGES), name="security_staff_language"
            ),
        ]

    def __str__(self) -> str:
        # Django prints users into logs and error pages: the address must not go there.
        return str(self.pk)


class ApiKey(models.Model):
    """A key of a till or of a program; the secret itself is not kept."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=120)
    plane = models.CharField(max_length=6)
    scopes = ArrayField(models.CharField(max_length=40))
    store_code = models.CharField(max_length=40, null=True)
    till_code = models.CharField(max_length=40, null=True)
    # Two slots per till: the key in use and the one it is being changed for.
    slot = models.SmallIntegerField(null=True)
    staff = models.ForeignKey(StaffUser, models.PROTECT, null=True, related_name="+")
    issued_by = models.ForeignKey(StaffUser, models.PROTECT, null=True, related_name="+")
    secret_digest = models.BinaryField()
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_api_key"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    plane="till",
                    store_code__isnull=False,
                    till_code__isnull=False,
                    slot__in=(1, 2),
                    staff__isnull=True,
                )
                | Q(
                    plane="manage",
                    store_code__isnull=True,
                    till_code__isnull=True,
                    slot__isnull=True,
                    staff__isnull=False,
                ),
                name="security_api_key_plane",
            ),
            models.UniqueConstraint(
                fields=["store_code", "till_code", "slot"],
                condition=Q(revoked_at__isnull=True, plane="till"),
                name="security_api_key_two_per_till",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AuditRow(models.Model):
    """One thing that was done or refused. The application's role can only add rows."""

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    staff_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=120)
    detail = models.JSONField()
    refused = models.CharField(max_length=80, null=True)

    class Meta:
        db_table = "security_audit_row"
        indexes: ClassVar = [
            models.Index(fields=["object_kind", "object_id", "id"], name="security_audit_object"),
            models.Index(fields=["actor_id", "id"], name="security_audit_actor"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StoredAnswerRow(models.Model):
    """The answer to a request with an idempotency key; `status` null: still being worked on."""

    key_digest = models.BinaryField(primary_key=True)
    body_digest = models.BinaryField()
    status = models.SmallIntegerField(null=True)
    answer = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "security_stored_answer"
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], name="security_stored_answer_expiry")
        ]

    def __str__(self) -> str:
        return "stored answer"


class Approval(models.Model):
    """A request for a second person's word."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=120)
    payload = models.JSONField()
    permission = models.CharField(max_length=40)
    requested_by = models.ForeignKey(StaffUser, models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    decision = models.CharField(max_length=10, null=True)
    decided_by = models.ForeignKey(StaffUser, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=500, default="")
    alone_reason = models.CharField(max_length=500, null=True)

    class Meta:
        db_table = "security_approval"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(
                    decision__isnull=True,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | Q(decision__in=("approved", "rejected"), decided_at__isnull=False),
                name="security_approval_decision",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"],
                condition=Q(decision__isnull=True),
                name="security_approval_open",
            ),
            models.Index(fields=["kind", "subject"], name="security_approval_subject"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class FailedGuesses(models.Model):
    """How often something was guessed wrong, per axis and subject (a keyed digest).

    `recent` are digests of the last wrong guesses, 8 bytes each, where repetitions do not count.
    """

    subject_digest = models.BinaryField(primary_key=True)
    failures = models.IntegerField()
    window_since = models.DateTimeField()
    blocks = models.IntegerField()
    last_at = models.DateTimeField()
    recent = models.BinaryField(default=b"", db_default=b"")

    class Meta:
        db_table = "security_failed_guesses"
        indexes: ClassVar = [models.Index(fields=["last_at"], name="security_guesses_last")]

    def __str__(self) -> str:
        return "failed guesses"


class SessionRow(models.Model):
    """A browser that somebody signed in with; the token itself is not kept.

    `holder_id` is a staff account or a member: members are no business of ours but for this.
    """

    id = models.UUIDField(primary_key=True)
    digest = models.BinaryField(unique=True)
    holder_kind = models.CharField(max_length=6)
    holder_id = models.UUIDField()
    method = models.CharField(max_length=12)
    device = models.CharField(max_length=80)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    proved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_session"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(holder_kind__in=HOLDERS), name="security_session_holder_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["holder_kind", "holder_id", "-began_at"], name="security_session_holder"
            ),
            models.Index(fields=["ends_at"], name="security_session_end"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Passkey(models.Model):
    """A public key that somebody's device signs in with (WebAuthn)."""

    id = models.UUIDField(primary_key=True)
    holder_kind = models.CharField(max_length=6)
    holder_id = models.UUIDField()
    credential_id = models.BinaryField(unique=True)
    credential = models.BinaryField()
    sign_count = models.BigIntegerField()
    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_passkey"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(holder_kind__in=HOLDERS), name="security_passkey_holder_kind"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["holder_kind", "holder_id"], name="security_passkey_holder")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CodeApp(models.Model):
    """The app that shows a person's six digits; `last_step` is the last half minute used."""

    staff = models.OneToOneField(StaffUser, models.CASCADE, primary_key=True, related_name="+")
    sealed_secret = models.BinaryField()
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        db_table = "security_code_app"

    def __str__(self) -> str:
        return str(self.pk)


class RecoveryCode(models.Model):
    """A code on paper for who has lost the device; good once."""

    digest = models.BinaryField(primary_key=True)
    staff = models.ForeignKey(StaffUser, models.CASCADE, related_name="+")
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_recovery_code"

    def __str__(self) -> str:
        return "recovery code"


class OneTimeLink(models.Model):
    """A link that lets its bearer do one thing once: take up an invitation, set a new password.

    `staff` is whose account it opens; an invitation has the address and role of who is to come,
    and loses the address when it is over.
    """

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=10)
    digest = models.BinaryField(unique=True)
    staff = models.ForeignKey(StaffUser, models.CASCADE, null=True, related_name="+")
    email = models.CharField(max_length=254, default="", db_default="")
    role = models.CharField(max_length=20, default="", db_default="")
    language = models.CharField(max_length=2, default="en", db_default="en")
    made_by = models.ForeignKey(StaffUser, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_one_time_link"
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="security_link_end")]

    def __str__(self) -> str:
        return str(self.pk)


class Ceremony(models.Model):
    """Half of something that takes two requests: a password given, a challenge sent; used once."""

    digest = models.BinaryField(primary_key=True)
    kind = models.CharField(max_length=20)
    holder_kind = models.CharField(max_length=6, default="", db_default="")
    holder_id = models.UUIDField(null=True)
    state = models.JSONField()
    ends_at = models.DateTimeField()

    class Meta:
        db_table = "security_ceremony"
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="security_ceremony_end")]

    def __str__(self) -> str:
        return self.kind


class OneTimeCode(models.Model):
    """Six digits sent to a contact for one operation; the contact is sealed, and gone when it is over."""

    id = models.UUIDField(primary_key=True)
    purpose = models.CharField(max_length=20)
    contact_digest = models.BinaryField()
    sealed_contact = models.BinaryField(null=True)
    code_digest = models.BinaryField()
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_one_time_code"
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="security_code_end")]

    def __str__(self) -> str:
        return self.purpose


class Letter(models.Model):
    """A message of an account on its way; what it says and to whom is sealed, and gone once sent."""

    id = models.UUIDField(primary_key=True)
    channel = models.CharField(max_length=10)
    sealed = models.BinaryField(null=True)
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "security_letter"
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="security_letter_end")]

    def __str__(self) -> str:
        return str(self.pk)
