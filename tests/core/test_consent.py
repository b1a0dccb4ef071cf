"""What a log of consents says, whatever order it is read in."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from regulars.core.consent import Consent, fold, is_given, merged

NOW = datetime(2026, 11, 21, tzinfo=UTC)
rows = st.builds(
    Consent,
    purpose=st.sampled_from(["email", "sms", "terms"]),
    given=st.booleans(),
    at=st.integers(0, 5).map(lambda days: NOW + timedelta(days=days)),
)
logs = st.lists(rows, max_size=12)


def row(purpose, given, day=0):
    return Consent(purpose, given, NOW + timedelta(days=day))


def test_silence_is_a_no():
    assert not is_given(fold([]), "email")


def test_the_latest_row_decides():
    log = [row("email", True, 2), row("email", False, 1), row("sms", True)]
    assert is_given(fold(log), "email")
    assert is_given(fold(log), "sms")
    assert not is_given(fold([*log, row("email", False, 3)]), "email")


def test_of_two_at_one_moment_the_withdrawal_decides():
    log = [row("email", True), row("email", False)]
    assert not is_given(fold(log), "email")
    assert not is_given(fold(log[::-1]), "email")


@given(log=logs, data=st.data())
def test_the_order_of_the_log_does_not_matter(log, data):
    assert fold(data.draw(st.permutations(log))) == fold(log)


@given(winner=logs, loser=logs)
def test_a_merge_keeps_every_no_and_invents_no_yes(winner, loser):
    ours, theirs = fold(winner), fold(loser)
    later = NOW + timedelta(days=99)
    added = [one._replace(at=later) for one in merged(ours, theirs)]
    after = fold([*winner, *added])
    for purpose in ("email", "sms", "terms"):
        said_no = any(purpose in s and not s[purpose].given for s in (ours, theirs))
        said_yes = any(is_given(s, purpose) for s in (ours, theirs))
        assert is_given(after, purpose) == (said_yes and not said_no)
