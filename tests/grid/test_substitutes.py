"""Substitutes: whose rights they have, until when, and never in a circle."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from accounts.errors import NotAllowed, NotValid
from accounts.models import AccessEvent, User
from grid.leaders import leader_chain
from grid.models import Absence
from grid.scope import MOST_STEPS, scope_of
from grid.substitutes import Stand, fault_of, stood_in_for, substitutes_of
from grid.tenure import end_absence, mark_absent
from tests import street
from tests.street import COMMUNITY, GRID, MICRO, OTHER_STREET, SISTER, STREET

ZERO = datetime(2026, 11, 1, tzinfo=timezone.get_default_timezone())


def at(day: int) -> datetime:
    return ZERO + timedelta(days=day)


def stand(user: int, substitute: int, begins: int, ends: int) -> Stand:
    return Stand(user, substitute, at(begins), at(ends))


# --- circles, as pure facts ---


def test_two_who_stand_in_for_each_other_at_once_are_a_circle():
    assert fault_of([stand(1, 2, 0, 5)], stand(2, 1, 4, 9)) == "circle"


def test_two_who_stand_in_for_each_other_one_after_the_other_are_none():
    assert fault_of([stand(1, 2, 0, 5)], stand(2, 1, 5, 9)) == ""


def test_a_longer_circle_is_seen():
    assert fault_of([stand(1, 2, 0, 9), stand(2, 3, 3, 6)], stand(3, 1, 5, 7)) == "circle"


def test_a_longer_chain_whose_days_never_meet_is_no_circle():
    assert fault_of([stand(1, 2, 0, 4), stand(2, 3, 4, 6)], stand(3, 1, 0, 9)) == ""


def test_a_chain_ends_after_three_substitutes():
    line = [stand(1, 2, 0, 9), stand(2, 3, 0, 9)]
    assert fault_of(line, stand(3, 4, 0, 9)) == ""
    assert fault_of([*line, stand(3, 4, 0, 9)], stand(4, 5, 8, 20)) == "long"


def steps_at(stands: Sequence[Stand], moment: datetime, person: int, path: tuple[int, ...] = ()) -> int:
    """How many substitutes follow `person` at `moment`; 99 for a circle. Written apart from the code."""
    if person in path:
        return 99
    next_ones = [one.substitute for one in stands if one.user == person and one.starts_at <= moment < one.ends_at]
    return max((min(99, 1 + steps_at(stands, moment, one, (*path, person))) for one in next_ones), default=0)


edges = some.tuples(some.integers(1, 6), some.integers(1, 6), some.integers(0, 8), some.integers(1, 5)).filter(
    lambda edge: edge[0] != edge[1]
)


@given(some.lists(edges, max_size=14))
def test_what_is_accepted_never_makes_a_circle_and_only_that_is_refused(wanted):
    kept: list[Stand] = []
    for user, substitute, begins, days in wanted:
        new = stand(user, substitute, begins, begins + days)
        longest = max(steps_at([*kept, new], at(day), who) for day in range(begins, begins + days) for who in range(7))
        assert bool(fault_of(kept, new)) == (longest > MOST_STEPS)
        if longest <= MOST_STEPS:
            kept.append(new)


# --- in the database ---


@pytest.fixture
def people(grids):
    """The leaders of a micro-grid, its grid and the sister community, and somebody of another street."""
    held = {"micro": ("micro_leader", MICRO), "grid": ("grid_leader", GRID), "sister": ("community_head", SISTER)}
    held["elsewhere"] = ("grid_leader", OTHER_STREET)
    made = {name: street.make_person(name) for name in held}
    for name, (kind, code) in held.items():
        street.give_post(made[name], kind, grids[code])
    return made


def again(user: User) -> User:
    """The same person in the next request."""
    return User.objects.get(pk=user.pk)


def away(user: User, substitute: User | None, *, actor: User | None = None, days: tuple[int, int] = (0, 3)) -> Absence:
    now = timezone.now()
    begins, ends = (now + timedelta(days=day) for day in days)
    return mark_absent(user=user, starts_at=begins, ends_at=ends, reason="", actor=actor or user, substitute=substitute)


def test_the_substitute_has_the_rights_until_the_end_and_not_longer(people):
    assert not scope_of(again(people["micro"])).can("incident.close", GRID)
    absence = away(people["grid"], people["micro"])
    assert scope_of(again(people["micro"])).can("incident.close", GRID)
    end_absence(absence, now=timezone.now(), actor=people["grid"])
    assert not scope_of(again(people["micro"])).can("incident.close", GRID)


def test_an_absence_to_come_lends_nothing_yet(people):
    away(people["grid"], people["micro"], days=(1, 3))
    assert not scope_of(again(people["micro"])).can("incident.close", GRID)


def test_an_absence_without_a_substitute_lends_nothing(people):
    away(people["grid"], None)
    assert not scope_of(again(people["micro"])).can("incident.close", GRID)


def test_a_post_that_has_ended_is_not_lent(people):
    away(people["grid"], people["micro"])
    people["grid"].posts.update(ends_on=timezone.localdate())
    assert not scope_of(again(people["micro"])).can("incident.close", GRID)


def test_the_account_of_a_person_who_was_shut_out_lends_nothing(people):
    away(people["grid"], people["micro"])
    User.objects.filter(pk=people["grid"].pk).update(is_active=False)
    assert not scope_of(again(people["micro"])).can("incident.close", GRID)


def test_a_substitute_who_is_away_too_passes_it_on(people):
    away(people["grid"], people["micro"])
    away(people["micro"], people["sister"])
    assert scope_of(again(people["sister"])).can("incident.handle", MICRO)
    assert set(stood_in_for(people["sister"], now=timezone.now())) == {people["grid"], people["micro"]}
    assert substitutes_of([people["grid"].pk], now=timezone.now()) == {people["grid"].pk: people["sister"]}


def test_the_head_of_a_unit_lends_the_unit(grids, people):
    office = street.make_organization(grids[STREET])
    head = street.make_person("head")
    street.give_post(head, "org_head", office)
    away(head, people["micro"])
    scope = scope_of(again(people["micro"]))
    assert (scope.organizations, scope.led) == ({office.pk}, {office.pk})


def test_reading_a_scope_costs_one_query(people, django_assert_num_queries):
    away(people["grid"], people["micro"])
    person = again(people["micro"])
    with django_assert_num_queries(1):
        scope_of(person)


def test_a_circle_is_refused_at_the_substitute(people):
    away(people["grid"], people["micro"])
    with pytest.raises(NotValid) as refused:
        away(people["micro"], people["grid"], days=(2, 5))
    assert list(refused.value.fields) == ["substitute"]
    away(people["micro"], people["grid"], days=(3, 5))


@pytest.mark.parametrize("who", ["elsewhere", "grid"])
def test_a_substitute_works_in_the_same_street_and_is_somebody_else(people, who):
    with pytest.raises(NotValid):
        away(people["grid"], people[who])


def test_an_editor_lends_only_posts_of_the_own_place_and_never_to_himself(grids, people):
    editor = street.make_person("editor")
    street.give_post(editor, "shift_leader", grids[COMMUNITY])
    away(people["grid"], people["micro"], actor=editor)
    with pytest.raises(NotAllowed):
        away(people["grid"], editor, actor=editor)
    street.give_post(people["grid"], "grid_worker", grids[SISTER])
    with pytest.raises(NotAllowed):
        away(people["grid"], people["micro"], actor=editor)


def test_who_lent_what_to_whom_is_kept(people):
    absence = away(people["grid"], people["micro"])
    kept = AccessEvent.objects.get(object_type="grid.absence", object_id=str(absence.pk))
    assert (kept.actor, kept.fields.split(",")[0]) == (people["grid"], "substitute: micro for grid")


def test_the_chain_of_leaders_names_the_substitute(people, now):
    away(people["grid"], people["micro"])
    step = next(one for one in leader_chain(MICRO, now=timezone.now()) if one.grid_code == GRID)
    assert (step.available, step.substitute, step.acting) == (False, people["micro"], people["micro"])


def test_the_chain_costs_one_query_more_while_somebody_is_away(people, django_assert_num_queries):
    away(people["grid"], people["micro"])
    away(people["micro"], people["sister"])
    with django_assert_num_queries(3):
        leader_chain(MICRO, now=timezone.now())


# --- pages ---


def times(**more: str) -> dict[str, str]:
    now = timezone.localtime()
    given = {"starts_at": now, "ends_at": now + timedelta(days=3)}
    return {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in given.items()} | more


def test_one_enters_the_own_absence_with_a_substitute_and_is_back(client, people):
    client.force_login(people["grid"])
    mine = reverse("grid:my_absences")
    assert client.post(mine, times(substitute="micro")).status_code == 302
    absence = Absence.objects.get()
    assert (absence.user, absence.substitute) == (people["grid"], people["micro"])
    assert "micro" in client.get(mine).content.decode()
    client.post(mine, {"back": absence.pk})
    assert Absence.objects.filter(ends_at__gt=timezone.now()).count() == 0


def test_the_substitute_reads_for_whom_he_stands_in(client, people):
    away(people["grid"], people["micro"])
    client.force_login(people["micro"])
    assert list(client.get(reverse("grid:my_absences")).context["stands_in"]) == [Absence.objects.get()]


def test_an_editor_enters_the_absence_of_somebody_else(client, people, editor):
    client.force_login(editor)
    page = reverse("grid:absences")
    assert client.post(page, times(person="grid", substitute="micro")).status_code == 302
    assert [row.user for row in client.get(page).context["page"].rows] == [people["grid"]]


def test_a_circle_is_shown_beside_the_substitute(client, people):
    away(people["grid"], people["micro"])
    client.force_login(people["micro"])
    answer = client.post(reverse("grid:my_absences"), times(substitute="grid"))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["substitute"])


def test_an_editor_sees_and_ends_only_absences_of_the_own_place(client, people, editor):
    other = Absence.objects.create(user=people["elsewhere"], starts_at=timezone.now(), ends_at=at(3000))
    client.force_login(editor)
    page = reverse("grid:absences")
    assert client.get(page).context["page"].rows == []
    assert client.post(page, {"back": other.pk}).status_code == 404


def test_the_list_costs_the_same_for_many(client, people, editor, django_assert_max_num_queries):
    for _more in range(12):
        away(people["grid"], people["micro"])
    client.force_login(editor)
    with django_assert_max_num_queries(14):
        assert len(client.get(reverse("grid:absences")).context["page"].rows) == 12
