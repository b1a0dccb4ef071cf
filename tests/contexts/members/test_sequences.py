"""Whatever is done to members in whatever order, every identifier leads to the right one."""

import pytest
from contexts.members.conftest import card, external
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contexts.members.models import IdentifierRow, Member, ProfileRow
from regulars.contexts.members.queries import find_member_by_identifier
from regulars.contexts.members.types import EVERYONE, Enrolment, Profile
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.members.usecases.identifiers import (
    add_identifier,
    block_identifier,
    remove_identifier,
    replace_card,
)
from regulars.contexts.members.usecases.membership import erase_member, mark_merged
from regulars.core.refusal import Refused

pytestmark = pytest.mark.django_db
CARDS, NUMBERS, PEOPLE = 5, 3, 4
cards = st.integers(0, CARDS - 1).map(lambda n: f"1000{n}")
numbers = st.integers(0, NUMBERS - 1).map(lambda n: f"n{n}")
people = st.integers(0, PEOPLE - 1)
steps = st.one_of(
    st.tuples(st.just("enrol"), people, cards, numbers),
    st.tuples(st.just("add"), people, cards),
    st.tuples(st.just("block"), people, cards),
    st.tuples(st.just("replace"), people, cards, cards),
    st.tuples(st.just("remove"), people, numbers),
    st.tuples(st.just("merge"), people, people),
    st.tuples(st.just("erase"), people),
)


class Model:
    """What should be so: who holds what in which state, kept in plain dictionaries."""

    def __init__(self):
        self.holder = {}
        self.state = {}
        self.closed = set()

    def do(self, kind, who, *what):
        """Apply the step and tell whether it is allowed; nothing changes where it is not."""
        return getattr(self, kind)(who, *what)

    def enrol(self, who, number, outside):
        if who in self.closed or self.holder.keys() & {number, outside}:
            return False
        for value in (number, outside):
            self.holder[value], self.state[value] = who, "active"
        return True

    def add(self, who, number):
        if number in self.holder:
            return self.holder[number] == who and self.state[number] == "active"
        self.holder[number], self.state[number] = who, "active"
        return True

    def block(self, who, number):
        if self.holder.get(number) != who or self.state[number] == "replaced":
            return False
        self.state[number] = "blocked"
        return True

    def replace(self, who, old, new):
        if self.holder.get(old) != who or old == new:
            return False
        theirs = self.holder.get(new) == who and self.state.get(new) == "active"
        if self.state[old] == "replaced":
            return theirs
        if new in self.holder and not theirs:
            return False
        self.holder[new], self.state[new], self.state[old] = who, "active", "replaced"
        return True

    def remove(self, who, outside):
        if self.holder.get(outside) != who:
            return False
        del self.holder[outside], self.state[outside]
        return True

    def merge(self, who, other):
        if who == other:
            return False
        self.closed.add(who)
        self.holder = {v: other if h == who else h for v, h in self.holder.items()}
        return True

    def erase(self, who):
        self.closed.add(who)
        self.holder = {value: held for value, held in self.holder.items() if held != who}
        self.state = {value: self.state[value] for value in self.holder}
        return True


def carry_out(step, refs, who):
    """Do the step for real; whether it was allowed."""
    kind, person, *what = step
    try:
        with transaction.atomic():
            if kind == "enrol":
                told = Enrolment((card(what[0]), external(what[1])), Profile(given_name="Анна"))
                refs[person] = enrol_member(told, **who).member
            elif kind == "add":
                add_identifier(refs[person], card(what[0]), **who)
            elif kind == "block":
                block_identifier(refs[person], card(what[0]), **who)
            elif kind == "replace":
                replace_card(refs[person], *what, **who)
            elif kind == "remove":
                remove_identifier(refs[person], external(what[0]), **who)
            elif kind == "merge":
                mark_merged(refs[person], refs[what[0]], "same", **who)
            else:
                erase_member(refs[person], "asked for it", **who)
    except Refused:
        return False
    return True


def possible(step, refs, model):
    """Steps of people who were never enrolled, or are gone, are left out."""
    kind, person, *what = step
    if kind == "enrol":
        return person not in refs
    involved = {person, *(what if kind == "merge" else ())}
    return involved <= refs.keys() and not involved & model.closed


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(story=st.lists(steps, max_size=25))
def test_every_identifier_leads_to_the_right_member_after_every_step(story, now, system):
    for table in (IdentifierRow, ProfileRow, Member):
        table.objects.all().delete()
    model, refs = Model(), {}
    for step in story:
        if not possible(step, refs, model):
            continue
        assert carry_out(step, refs, {"now": now, "by": system}) == model.do(*step), step
        kept = {row.value: (row.member_id, row.status) for row in IdentifierRow.objects.all()}
        assert kept == {v: (refs[h].id, model.state[v]) for v, h in model.holder.items()}
        gone = {refs[person].id for person in model.closed}
        assert not ProfileRow.objects.filter(member_id__in=gone).exists()
    for value, person in model.holder.items():
        found = find_member_by_identifier(value, within=EVERYONE)
        assert (found.ref, found.identifier_status) == (refs[person], model.state[value])
