"""Devices that show codes: each code opens the membership once, for the member's own devices only."""

from datetime import timedelta

import pytest

from regulars.contexts.members.holding import MemberNotFound
from regulars.contexts.members.models import CodeDevice
from regulars.contexts.members.queries import list_code_devices
from regulars.contexts.members.usecases.codes import (
    DEVICES_MAX,
    CodeDeviceNotFound,
    CodeNotValid,
    CodeStale,
    CodeUsed,
    register_code_device,
    revoke_code_device,
    take_agreement,
    take_shown_code,
)
from regulars.contexts.members.usecases.membership import erase_member, mark_merged
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.core.member_code import PERIOD_S, code_of, digits_of, period_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(enrol):
    return enrol()


@pytest.fixture
def device(anna, oneself, now):
    return register_code_device(anna, "Phone", now=now, by=oneself(anna))


def shown(device, at):
    return code_of(device.secret, device.tag, period_of(at.timestamp()))


def digits(device, at):
    return digits_of(device.secret, period_of(at.timestamp()))


def test_a_code_opens_the_membership_once(anna, device, system, now):
    code = shown(device, now)
    assert take_shown_code(code.lower(), now=now, by=system) == anna
    with pytest.raises(CodeUsed):
        take_shown_code(code, now=now, by=system)
    later = now + timedelta(seconds=PERIOD_S)
    assert take_shown_code(shown(device, later), now=later, by=system) == anna
    with pytest.raises(CodeUsed):
        take_shown_code(code, now=later, by=system)


def test_an_old_code_is_stale_and_a_made_up_one_wrong(device, system, now):
    later = now + timedelta(minutes=5)
    with pytest.raises(CodeStale):
        take_shown_code(shown(device, now), now=later, by=system)
    code = shown(device, now)
    for wrong in (code[:-1] + ("A" if code[-1] != "A" else "B"), code[:-1], "RQ1" + "A" * 32, "x"):
        with pytest.raises(CodeNotValid):
            take_shown_code(wrong, now=now, by=system)
    assert CodeDevice.objects.get().last_shown == 0


def test_a_revoked_device_shows_nothing_good(anna, device, oneself, system, now):
    revoke_code_device(anna, device.id, now=now, by=oneself(anna))
    revoke_code_device(anna, device.id, now=now, by=oneself(anna))
    with pytest.raises(CodeNotValid):
        take_shown_code(shown(device, now), now=now, by=system)
    with pytest.raises(CodeNotValid):
        take_agreement(anna, digits(device, now), now=now, by=system)
    (view,) = list_code_devices(anna, by=oneself(anna))
    assert view.revoked_at == now


def test_only_the_member_registers_a_device_and_nobody_elses(
    anna, device, enrol, oneself, person, now
):
    boris = enrol()
    with pytest.raises(MemberNotFound):
        register_code_device(boris, "", now=now, by=oneself(anna))
    with pytest.raises(CodeDeviceNotFound):
        revoke_code_device(boris, device.id, now=now, by=oneself(boris))
    with pytest.raises(PermissionMissing):
        list_code_devices(anna, by=oneself(boris))
    with pytest.raises(PermissionMissing):
        take_shown_code(shown(device, now), now=now, by=person(30, Role.AUDITOR))
    assert not CodeDevice.objects.exclude(revoked_at=None).exists()


def test_the_eleventh_device_ends_the_oldest(anna, device, oneself, system, now):
    for more in range(1, DEVICES_MAX + 1):
        at = now + timedelta(milliseconds=more)
        register_code_device(anna, f"n{more}", now=at, by=oneself(anna))
    with pytest.raises(CodeNotValid):
        take_shown_code(shown(device, now), now=now, by=system)
    assert CodeDevice.objects.filter(revoked_at=None).count() == DEVICES_MAX


def test_the_secret_is_not_in_the_table(device):
    row = CodeDevice.objects.values().get()
    assert device.secret not in [value for value in row.values() if isinstance(value, bytes)]
    assert device.secret.hex() not in repr(row)
    assert device.secret.hex() not in repr(device)


def test_digits_agree_once_and_only_for_that_member(anna, device, enrol, system, now):
    with pytest.raises(CodeNotValid):
        take_agreement(enrol(), digits(device, now), now=now, by=system)
    take_agreement(anna, digits(device, now), now=now, by=system)
    with pytest.raises(CodeUsed):
        take_agreement(anna, digits(device, now), now=now, by=system)
    # The code that names the member is another thing and still good.
    assert take_shown_code(shown(device, now), now=now, by=system) == anna


def test_devices_follow_a_merge_and_end_with_an_erasure(anna, device, enrol, system, now):
    winner = enrol()
    mark_merged(anna, winner, "one person", now=now, by=system)
    assert take_shown_code(shown(device, now), now=now, by=system) == winner
    erase_member(winner, "asked for", now=now, by=system)
    assert not CodeDevice.objects.exists()
