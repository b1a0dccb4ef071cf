"""Staff come in by browser: passwords, code apps, codes on paper, sessions that end."""

from base64 import b32decode
from datetime import timedelta

import pytest

from regulars.contexts.security.models import AuditRow, CodeApp, SessionRow
from regulars.contexts.security.queries import find_signed_in, get_factors, get_staff, list_sessions
from regulars.contexts.security.types import Holder, Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.entering import (
    enter_by_password,
    enter_by_second_factor,
    needs_second_factor,
    prove_by_secret,
)
from regulars.contexts.security.usecases.second_factor import (
    FactorCodeWrong,
    FactorConfirmed,
    begin_code_app,
    confirm_code_app,
    get_code_app_setup,
    remove_code_app,
    reset_second_factor,
)
from regulars.contexts.security.usecases.sessions import (
    SessionNotFound,
    end_session,
    end_sessions_of,
    is_proved,
    open_session,
)
from regulars.contexts.security.usecases.staff import change_password, deactivate_staff
from regulars.core.code_app import STEP, code_at, step_at

pytestmark = pytest.mark.django_db
GOOD, NEW = "correct horse battery staple", "another horse battery staple"
WHERE = {"address": "192.0.2.7", "device": "Firefox on Linux"}


@pytest.fixture
def anna(hire):
    return hire(Role.OWNER, password=GOOD)


@pytest.fixture
def email(anna):
    return get_staff(anna.staff_id, by=anna).email


@pytest.fixture
def secret(anna, now):
    """Anna's code app, in use since an hour."""
    spelled = begin_code_app(now=now - timedelta(hours=1), by=anna).secret
    raw = b32decode(spelled + "=" * (-len(spelled) % 8))
    code = digits(raw, now - timedelta(hours=1))
    confirm_code_app(code, now=now - timedelta(hours=1), by=anna)
    return raw


def digits(secret, moment):
    return code_at(secret, step_at(moment))


def wrong(secret, moment):
    right = {code_at(secret, step_at(moment) + drift) for drift in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in right)


def session_of(step, now):
    return open_session("staff", step.session.token, now=now)


def test_a_password_alone_begins_a_session_that_must_set_up_a_second_factor(anna, email, now):
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    session = session_of(step, now)
    assert session.holder == Holder("staff", anna.staff_id)
    assert needs_second_factor(session)
    staff, actor = find_signed_in(session)
    assert (staff.id, actor) == (anna.staff_id, anna)


def test_a_demo_may_only_offer_a_second_factor(email, now, settings, anna):
    settings.SECOND_FACTOR_REQUIRED = False
    assert not needs_second_factor(
        session_of(enter_by_password(email, GOOD, **WHERE, now=now), now)
    )


def test_with_a_code_app_the_password_only_opens_the_second_step(anna, email, secret, now):
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    assert step.session is None
    done = enter_by_second_factor(step.second, digits(secret, now), **WHERE, now=now)
    assert not needs_second_factor(session_of(done, now))
    last = AuditRow.objects.filter(action="staff.sign_in").latest("id")
    assert last.detail == {"by": "code_app"}


def test_digits_are_good_once(email, secret, now):
    first = enter_by_password(email, GOOD, **WHERE, now=now)
    second = enter_by_password(email, GOOD, **WHERE, now=now)
    code = digits(secret, now)
    assert enter_by_second_factor(first.second, code, **WHERE, now=now).session
    again = enter_by_second_factor(second.second, code, **WHERE, now=now)
    assert again.refused == "factor.code_wrong"


def test_digits_of_the_half_minutes_beside_this_one_are_good_too(email, secret, now):
    for moment in (now - STEP, now + STEP):
        step = enter_by_password(email, GOOD, **WHERE, now=now)
        found = enter_by_second_factor(step.second, digits(secret, moment), **WHERE, now=now)
        assert found.session


def test_digits_from_two_half_minutes_away_are_no_good(email, secret, now):
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    found = enter_by_second_factor(step.second, digits(secret, now - 2 * STEP), **WHERE, now=now)
    assert found.refused == "factor.code_wrong"


def test_after_five_wrong_codes_the_right_one_is_not_heard(email, secret, now):
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    for _ in range(5):
        found = enter_by_second_factor(step.second, wrong(secret, now), **WHERE, now=now)
        assert found.refused == "factor.code_wrong"
    found = enter_by_second_factor(step.second, digits(secret, now), **WHERE, now=now)
    assert (found.refused, found.session) == ("access.too_many_guesses", None)
    assert found.retry_after_s > 0


def test_a_new_password_step_is_no_way_round_the_count_of_wrong_codes(email, secret, now):
    for _ in range(5):
        step = enter_by_password(email, GOOD, **WHERE, now=now)
        enter_by_second_factor(step.second, wrong(secret, now), **WHERE, now=now)
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    found = enter_by_second_factor(step.second, digits(secret, now), **WHERE, now=now)
    assert found.refused == "access.too_many_guesses"


@pytest.mark.parametrize("token", ["", "x", "2" * 27, "é", "\x00" * 27])
def test_a_second_step_without_a_first_is_refused(token, now):
    found = enter_by_second_factor(token, "123456", **WHERE, now=now)
    assert found.refused == "factor.too_late"


def test_a_second_step_is_open_for_five_minutes(email, secret, now):
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    late = now + timedelta(minutes=5)
    found = enter_by_second_factor(step.second, digits(secret, late), **WHERE, now=late)
    assert found.refused == "factor.too_late"


def test_a_code_on_paper_is_good_once(anna, email, now):
    spelled = begin_code_app(now=now, by=anna).secret
    raw = b32decode(spelled + "=" * (-len(spelled) % 8))
    codes = confirm_code_app(digits(raw, now), now=now, by=anna)
    assert len(set(codes)) == 10
    outcomes = []
    for _ in range(2):
        step = enter_by_password(email, GOOD, **WHERE, now=now)
        typed = codes[0].upper().replace("-", " ")
        outcomes.append(enter_by_second_factor(step.second, typed, **WHERE, now=now))
    assert outcomes[0].session
    assert outcomes[1].refused == "factor.code_wrong"
    assert get_factors(anna.staff_id, by=anna).recovery_codes == 9


def test_an_app_is_in_use_only_after_it_showed_the_right_digits(anna, email, now):
    setup = begin_code_app(now=now, by=anna)
    assert get_code_app_setup(by=anna) == setup
    with pytest.raises(FactorCodeWrong):
        confirm_code_app("000000", now=now, by=anna)
    assert enter_by_password(email, GOOD, **WHERE, now=now).session


def test_an_app_in_use_is_not_replaced_behind_its_owners_back(anna, secret, now):
    with pytest.raises(FactorConfirmed):
        begin_code_app(now=now, by=anna)


def test_the_secret_of_an_app_is_not_readable_in_the_database(secret):
    assert secret not in bytes(CodeApp.objects.get().sealed_secret)


def test_wrong_unknown_and_closed_get_one_answer(anna, email, hire, now):
    deactivate_staff(
        hire(Role.AUDITOR, email="gone@example.com", password=GOOD).staff_id, now=now, by=anna
    )
    told = [
        enter_by_password(address, password, **WHERE, now=now)
        for address, password in (
            (email, "wrong"),
            ("nobody@example.com", GOOD),
            ("gone@example.com", GOOD),
            ("", ""),
        )
    ]
    assert len(set(told)) == 1


def test_a_session_ends_with_its_twelve_hours_its_idleness_and_its_account(anna, email, hire, now):
    boss = hire(Role.OWNER)
    token = enter_by_password(email, GOOD, **WHERE, now=now).session.token
    for hours in (0, 3, 6, 9, 11):
        assert open_session("staff", token, now=now + timedelta(hours=hours))
    assert open_session("staff", token, now=now + timedelta(hours=12)) is None
    token = enter_by_password(email, GOOD, **WHERE, now=now).session.token
    assert open_session("staff", token, now=now + timedelta(hours=4)) is None
    token = enter_by_password(email, GOOD, **WHERE, now=now).session.token
    deactivate_staff(anna.staff_id, now=now, by=boss)
    assert open_session("staff", token, now=now) is None


def test_a_token_is_of_one_kind_of_holder(email, anna, now):
    token = enter_by_password(email, GOOD, **WHERE, now=now).session.token
    assert open_session("member", token, now=now) is None


def test_a_new_password_ends_every_session(anna, email, now):
    token = enter_by_password(email, GOOD, **WHERE, now=now).session.token
    change_password(GOOD, NEW, now=now, by=anna)
    assert open_session("staff", token, now=now) is None


def test_nobody_ends_the_session_of_a_colleague_without_the_permission(anna, email, hire, now):
    session = session_of(enter_by_password(email, GOOD, **WHERE, now=now), now)
    with pytest.raises(SessionNotFound):
        end_session(session.id, now=now, by=hire(Role.MARKETER))
    with pytest.raises(PermissionMissing):
        end_sessions_of(session.holder, now=now, by=hire(Role.MARKETER))
    end_session(session.id, now=now, by=hire(Role.OWNER))
    assert list_sessions(session.holder, now=now, by=anna) == ()


def test_ending_all_others_leaves_this_one(anna, email, now):
    first, second = (
        session_of(enter_by_password(email, GOOD, **WHERE, now=now), now) for _ in range(2)
    )
    assert end_sessions_of(first.holder, but=second.id, now=now, by=anna) == 1
    assert [one.id for one in list_sessions(first.holder, now=now, by=anna)] == [second.id]


def test_the_token_is_not_in_the_database(email, anna, now):
    token = enter_by_password(email, GOOD, **WHERE, now=now).session.token
    assert token.encode() not in bytes(SessionRow.objects.get().digest)


def test_a_proof_holds_ten_minutes_and_is_renewed_by_the_digits(anna, email, secret, now):
    step = enter_by_password(email, GOOD, **WHERE, now=now)
    token = enter_by_second_factor(step.second, digits(secret, now), **WHERE, now=now).session.token
    late = now + timedelta(minutes=10)
    session = open_session("staff", token, now=late)
    assert is_proved(session, now=late - timedelta(seconds=1))
    assert not is_proved(session, now=late)
    told = prove_by_secret(session, password=GOOD, code="", address="192.0.2.7", now=late)
    assert told.refused == "factor.code_wrong"
    told = prove_by_secret(
        session, password="", code=digits(secret, late), address="192.0.2.7", now=late
    )
    assert told.refused is None
    assert is_proved(open_session("staff", token, now=late), now=late)


def test_a_colleague_is_freed_only_by_who_may_as_much(anna, email, secret, hire, now):
    with pytest.raises(PermissionMissing):
        reset_second_factor(anna.staff_id, now=now, by=hire(Role.CONTROLLER))
    reset_second_factor(anna.staff_id, now=now, by=hire(Role.OWNER))
    assert not get_factors(anna.staff_id, by=anna).any
    assert enter_by_password(email, GOOD, **WHERE, now=now).session


def test_taking_the_app_away_takes_its_paper_codes_with_it(anna, secret, now):
    remove_code_app(now=now, by=anna)
    assert get_factors(anna.staff_id, by=anna).recovery_codes == 0
