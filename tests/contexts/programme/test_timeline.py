"""Laws of the timeline: the version in force, whatever was published and withdrawn."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from regulars.core.programme.timeline import Publication, Timeline

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


@st.composite
def acts(draw: st.DrawFn) -> list[Publication]:
    """A history: each act publishes (from any hour) or withdraws one published before."""
    published: list[Publication] = []
    hour = 0
    for number in range(draw(st.integers(0, 10))):
        hour += draw(st.integers(0, 3))
        open_ones = [i for i, p in enumerate(published) if p.withdrawn_at is None]
        if open_ones and draw(st.booleans()):
            index = draw(st.sampled_from(open_ones))
            published[index] = published[index]._replace(withdrawn_at=at(hour))
        else:
            live_from = at(draw(st.integers(-5, 25)))
            version = draw(st.integers(1, 4))
            published.append(Publication(UUID(int=number), version, live_from, number, at(hour)))
    return published


def said_in_words(publications: list[Publication], moment: datetime) -> int | None:
    """The definition read out, with no cleverness: the oracle."""
    best: Publication | None = None
    for publication in publications:
        if publication.withdrawn_at is not None or publication.live_from > moment:
            continue
        if (
            best is None
            or publication.live_from > best.live_from
            or (publication.live_from == best.live_from and publication.revision > best.revision)
        ):
            best = publication
    return best.version if best else None


@given(history=acts(), hour=st.integers(-10, 40), permuted=st.randoms(use_true_random=False))
def test_the_version_in_force_is_what_the_definition_says_in_any_order(history, hour, permuted):
    expected = said_in_words(history, at(hour))
    permuted.shuffle(history)
    assert Timeline(history).version_at(at(hour)) == expected


@given(history=acts(), known=st.integers(-1, 40), hour=st.integers(-10, 40))
def test_what_was_known_earlier_is_the_history_cut_there(history, known, hour):
    cut = [
        p._replace(withdrawn_at=None) if p.withdrawn_at and p.withdrawn_at > at(known) else p
        for p in history
        if p.published_at <= at(known)
    ]
    assert Timeline(history).as_known_at(at(known)).version_at(at(hour)) == said_in_words(
        cut, at(hour)
    )


@given(history=acts(), hour=st.integers(-10, 40))
def test_each_one_in_force_lasts_from_its_start_to_its_end(history, hour):
    timeline = Timeline(history)
    publication = timeline.publication_at(at(hour))
    if publication is None:
        assert all(p.live_from > at(hour) for p in history if p.withdrawn_at is None)
        return
    end = timeline.end_of(publication)
    assert publication.live_from <= at(hour)
    assert end is None or at(hour) < end
    if end is not None:
        assert timeline.publication_at(end - timedelta(microseconds=1)) == publication
        assert timeline.publication_at(end) != publication


@given(history=acts())
def test_withdrawing_the_newest_puts_back_what_was_in_force_before_it(history):
    timeline = Timeline(history)
    withdrawn = Publication(UUID(int=99), 9, at(3), 99, at(2), withdrawn_at=at(4))
    with_it = Timeline([*history, withdrawn])
    for hour in range(-6, 30):
        assert with_it.version_at(at(hour)) == timeline.version_at(at(hour))


@given(history=acts(), hour=st.integers(-10, 40))
def test_the_upcoming_are_those_that_will_be_in_force_and_are_not_yet(history, hour):
    upcoming = Timeline(history).upcoming(at(hour))
    assert all(p.live_from > at(hour) and p.withdrawn_at is None for p in upcoming)
    for publication in upcoming:
        assert Timeline(history).publication_at(publication.live_from) == publication


def test_of_two_that_start_at_one_moment_the_one_published_last_wins():
    first = Publication(UUID(int=1), 1, at(5), 1, at(0))
    second = Publication(UUID(int=2), 2, at(5), 2, at(1))
    timeline = Timeline([second, first])
    assert timeline.version_at(at(5)) == 2
    assert timeline.end_of(first) == at(5)
    assert timeline.without(second.id).version_at(at(5)) == 1
