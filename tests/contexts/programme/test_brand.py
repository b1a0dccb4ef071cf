"""The brand is changed by whoever may, kept in revisions, and told to the audit."""

import pytest
from django.db import DatabaseError, connection

from regulars.contexts.programme.models import BrandRow
from regulars.contexts.programme.queries import find_logo, get_brand
from regulars.contexts.programme.types import BrandChange
from regulars.contexts.programme.usecases import LOGO_BYTES_MAX, LogoTooLarge, change_brand
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.brand import Brand, CardFace, ColourInvalid, Typeface

pytestmark = pytest.mark.django_db
OURS = BrandChange("Кофе", "#c02030", "onest", "rings")


def test_before_anybody_sets_one_it_is_our_own():
    view = get_brand()
    assert (view.revision, view.brand, view.logo_digest) == (0, Brand(), "")


def test_a_change_counts_at_once_and_is_audited(approver, now):
    view = change_brand(OURS, now=now, by=approver)
    assert view == get_brand()
    assert view.brand == Brand("Кофе", "#c02030", Typeface.ONEST, CardFace.RINGS)
    assert (view.changed_by, view.changed_at) == (str(approver.staff_id), now)
    row = AuditRow.objects.get(action="programme.brand")
    assert row.object_id == str(view.revision)
    assert row.detail["accent"] == "#c02030"


def test_the_logo_stays_until_it_is_changed_or_taken_away(approver, now):
    with_logo = change_brand(
        BrandChange("A", "#c02030", "onest", "rings", logo=b"png"), now=now, by=approver
    )
    kept = change_brand(OURS, now=now, by=approver)
    assert kept.logo_digest == with_logo.logo_digest != ""
    assert find_logo(kept.logo_digest) == b"png"
    gone = change_brand(
        BrandChange("A", "#c02030", "onest", "rings", without_logo=True), now=now, by=approver
    )
    assert gone.logo_digest == ""
    # Pages that were made before still show it.
    assert find_logo(kept.logo_digest) == b"png"
    assert find_logo("") is None
    assert find_logo("0" * 64) is None


@pytest.mark.parametrize("role", [Role.SUPPORT, Role.CASHIER, Role.AUDITOR, Role.CONTROLLER])
def test_only_who_may_changes_it(person, now, role):
    with pytest.raises(PermissionMissing):
        change_brand(OURS, now=now, by=person(9, role))
    assert BrandRow.objects.count() == 0


def test_what_is_refused_changes_nothing(approver, now):
    with pytest.raises(ColourInvalid):
        change_brand(BrandChange("A", "red", "onest", "rings"), now=now, by=approver)
    big = b"\0" * (LOGO_BYTES_MAX + 1)
    with pytest.raises(LogoTooLarge):
        change_brand(BrandChange("A", "#c02030", "onest", "rings", logo=big), now=now, by=approver)
    assert BrandRow.objects.count() == 0
    assert AuditRow.objects.count() == 0


def test_history_cannot_be_rewritten_by_the_application(approver, now):
    change_brand(OURS, now=now, by=approver)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("UPDATE programme_brand SET name = 'other'")
