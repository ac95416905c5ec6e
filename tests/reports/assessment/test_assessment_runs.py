"""A run of a scheme from draft to final: counts, entries, publication, objections and what they change."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounts.errors import NotAllowed, NotNow, NotValid
from accounts.models import User
from incidents.models import CallBack
from notices.models import Notice
from reports.assessment import counting, entries, objections, plans, runs, schemes
from reports.metrics import Extent, count
from reports.models import Assessment, Scheme
from reports.periods import Period
from tests import street
from tests.reports.assessment.conftest import AFTER, MONTH, deduct, line, published
from tests.reports.conftest import at
from tests.street import COMMUNITY, MICRO, SISTER, STREET

D = Decimal


def test_the_counts_are_those_of_the_reports_and_the_grid_itself_is_not_assessed(draft):
    counts = count(Extent.of(STREET, MONTH))
    facts = draft.results["facts"]["ratios"]
    assert set(facts) == {COMMUNITY, SISTER} < set(counts.areas)
    for code, ratios in facts.items():
        named = {name: tuple(pair) for name, pair in ratios.items() if name in counts.areas[code].ratios}
        assert named == dict(counts.areas[code].ratios)
    assert (line(draft, COMMUNITY)["cases"], line(draft, SISTER)["rank"]) == (24, 2)
    assert line(draft, COMMUNITY)["cells"][2] | {"low": "", "high": ""} == {
        "item": draft.results["plan"]["items"][2]["key"], "above": 12, "below": 24, "rate": "0.5000", "low": "",
        "high": "", "shrunk": "0.3864", "points": "12.27",
    }  # fmt: skip


def test_units_are_counted_by_their_own_indicators_and_the_three_rates(cases, grids, staff, units, scheme):
    for n, case in enumerate(cases[:30]):
        solved = n % 3 > 0
        CallBack.objects.create(
            incident=case, due_at=AFTER, called_at=at("16:00"), contact="reached", responded=True, solved=solved,
            satisfaction="very" if solved else "unsatisfied", is_excluded=n == 29, checker=staff["leader"],
            exclusion_reason="无理诉求" if n == 29 else "",
        )  # fmt: skip
    found = counting.read("unit", grids[STREET], MONTH)
    counted = count(Extent.of(STREET, MONTH)).units
    assert (
        found.of(f"o{units[1].pk}", "on_time_handling_rate")
        == counted[f"o{units[1].pk}"].ratios["on_time_handling_rate"]
    )
    three = Scheme.objects.get(name__startswith="部门三率")
    row = runs.create(runs.NewRun(three, grids[STREET], MONTH), actor=staff["leader"], now=AFTER)
    best = line(row, f"o{units[1].pk}")
    assert [(cell["above"], cell["below"]) for cell in best["cells"]] == [(26, 26), (17, 26), (17, 26)]
    assert (best["rank"], line(row, f"o{units[0].pk}")["why"]) == (1, "few")


def test_the_same_input_gives_the_same_bytes_and_another_input_another_hash(draft, staff):
    bytes_of = lambda: json.dumps(Assessment.objects.get(pk=draft.pk).results, sort_keys=False)  # noqa: E731
    first, hashed = bytes_of(), draft.input_hash
    runs.recount(draft.pk, actor=staff["leader"], now=AFTER + timedelta(days=40))
    assert (bytes_of(), Assessment.objects.get(pk=draft.pk).input_hash) == (first, hashed)
    entry = deduct(draft, staff)
    assert Assessment.objects.get(pk=draft.pk).input_hash != hashed
    entries.withdraw(entry.pk, reason="记错", actor=staff["leader"], now=AFTER)
    assert (bytes_of(), Assessment.objects.get(pk=draft.pk).input_hash) == (first, hashed)


def test_entries_need_evidence_the_right_sign_and_a_draft(draft, staff, cases):
    rule = draft.scheme.rules.get(amount__gt=0)
    good = entries.NewEntry(COMMUNITY, D(5), "提前发现燃气隐患", rule=rule, number=cases[0].number)
    for wrong, field in (
        (replace(good, number="", evidence=" "), "evidence"),
        (replace(good, number="20261118-999999"), "number"),
        (replace(good, amount=D(-5)), "amount"),
        (replace(good, subject="410103003001"), "subject"),
        (replace(good, rule=None), "what"),
    ):
        with pytest.raises(NotValid) as caught:
            entries.add(draft.pk, wrong, actor=staff["leader"], now=AFTER)
        assert field in caught.value.fields
    before = D(line(draft, COMMUNITY)["total"])
    for _n in range(3):
        entries.add(draft.pk, good, actor=staff["leader"], now=AFTER)
    assert D(line(draft, COMMUNITY)["total"]) == before + 10  # capped
    published(draft, staff)
    with pytest.raises(NotNow):
        entries.add(draft.pk, good, actor=staff["leader"], now=AFTER)


def test_only_a_month_that_is_over_is_published_and_those_assessed_are_told(draft, staff, grids):
    early = runs.create(
        runs.NewRun(draft.scheme, grids[STREET], Period(date(2026, 11, 2), date(2026, 12, 31))),
        actor=staff["leader"], now=AFTER,
    )  # fmt: skip
    assert early.results["interim"]
    with pytest.raises(NotNow):
        published(early, staff)
    with pytest.raises(NotAllowed):
        runs.publish(draft.pk, version=None, actor=staff["leader"], now=AFTER)
    assert published(draft, staff).objections_until == date(2026, 12, 6)
    told = Notice.objects.filter(kind="assessment.publish").values_list("recipient__username", flat=True)
    assert sorted(told) == ["east", "west"]


def test_an_upheld_objection_withdraws_the_entry_and_shows_the_difference(draft, staff):
    entry = deduct(draft, staff)
    published(draft, staff)
    before = line(draft, COMMUNITY)
    with pytest.raises(NotAllowed):
        objections.raise_objection(draft.pk, subject=COMMUNITY, text="非本社区", actor=staff["east"], now=AFTER)
    raised = objections.raise_objection(
        draft.pk, subject=COMMUNITY, text="当日系统停机", actor=staff["west"], now=AFTER
    )
    with pytest.raises(NotNow):
        runs.finish(draft.pk, version=None, actor=staff["secretary"], now=AFTER + timedelta(days=9))
    what = objections.Upheld(entry=entry.pk)
    with pytest.raises(NotAllowed):
        objections.uphold(raised.pk, what, text="同意", version=None, actor=staff["west"], now=AFTER)
    done = objections.uphold(raised.pk, what, text="停机属实", version=None, actor=staff["secretary"], now=AFTER)
    after = line(draft, COMMUNITY)
    assert D(after["total"]) == D(before["total"]) + 10
    assert done.change["lines"][0]["total"] == [before["total"], after["total"]]
    assert Notice.objects.filter(kind="assessment.answer", recipient=staff["west"]).exists()


def test_the_one_who_objected_never_answers_it_even_with_the_right(draft, staff, grids):
    published(draft, staff)
    own = objections.raise_objection(draft.pk, subject=SISTER, text="误记", actor=staff["secretary"], now=AFTER)
    with pytest.raises(NotAllowed):
        objections.refuse(own.pk, text="不同意", version=None, actor=staff["secretary"], now=AFTER)
    admin = User.objects.create_superuser("root", real_name="root")
    assert objections.refuse(own.pk, text="材料不足", version=None, actor=admin, now=AFTER).status == "refused"


def test_a_case_left_out_changes_what_a_count_without_it_would_give(draft, staff, cases):
    published(draft, staff)
    raised = objections.raise_objection(draft.pk, subject=SISTER, text="该件非我社区", actor=staff["east"], now=AFTER)
    undone = cases[24]
    what = objections.Upheld(number=undone.number)
    objections.uphold(raised.pk, what, text="属实", version=None, actor=staff["secretary"], now=AFTER)
    draft.refresh_from_db()
    anew = counting.read("area", draft.grid, MONTH, leave_out=[undone.pk])
    assert plans.facts_from(draft.results["facts"]) == anew
    assert draft.results["excluded"] == [{"number": undone.number, "reason": "属实"}]
    assert (line(draft, SISTER)["cases"], plans.facts_from(draft.results["facts"]).cases[SISTER]) == (23, 23)


def test_it_is_final_after_the_days_for_objections_and_then_never_changes(draft, staff):
    published(draft, staff)
    with pytest.raises(NotNow):
        runs.finish(draft.pk, version=None, actor=staff["secretary"], now=AFTER)
    late = AFTER + timedelta(days=6)
    with pytest.raises(NotNow):
        objections.raise_objection(draft.pk, subject=COMMUNITY, text="迟了", actor=staff["west"], now=late)
    assert runs.finish(draft.pk, version=None, actor=staff["secretary"], now=late).status == "final"
    with pytest.raises(NotNow):
        runs.recount(draft.pk, actor=staff["leader"], now=late)
    with pytest.raises(NotValid):
        runs.withdraw(draft.pk, text=" ", version=None, actor=staff["secretary"], now=late)
    assert (
        runs.withdraw(draft.pk, text="口径有误", version=None, actor=staff["secretary"], now=late).status == "withdrawn"
    )


def test_what_if_shows_new_and_old_side_by_side_and_saves_nothing(draft):
    plan = plans.plan_from(draft.results["plan"])
    only_rework = replace(
        plan, items=tuple(replace(item, points=D(100 * (n == 2))) for n, item in enumerate(plan.items))
    )
    lines = runs.what_if(draft, only_rework)
    assert [(one["key"], one["rank"], one["was"]["rank"]) for one in lines] == [
        (SISTER, 1, 2),
        (COMMUNITY, 2, 1),
    ] or lines
    assert runs.what_if(draft, plan)[0]["total"] == draft.results["lines"][0]["total"]
    assert Assessment.objects.get(pk=draft.pk).results == draft.results


def test_a_used_scheme_is_changed_as_a_new_version_and_an_unused_one_in_place(draft, scheme, staff, grids):
    items = [{"label": "处置率", "indicator": "handling_rate", "mode": "share", "points": D(100)}]
    head = {"name": "x", "subject": "area", "base_points": D(0)}
    new = schemes.change(scheme.pk, schemes.NewScheme(head, items), actor=staff["leader"])
    scheme.refresh_from_db()
    assert (new.number, new.name, scheme.is_active, scheme.items.count()) == (2, scheme.name, False, 5)
    again = schemes.change(new.pk, schemes.NewScheme(head, items * 2), actor=staff["leader"])
    assert (again.pk, again.number, again.items.count()) == (new.pk, 2, 2)
    with pytest.raises(NotAllowed):
        schemes.change(new.pk, schemes.NewScheme(head, items), actor=staff["west"])
    with pytest.raises(NotValid):
        schemes.change(new.pk, schemes.NewScheme(head, [items[0] | {"indicator": "no_such"}]), actor=staff["leader"])


def test_those_assessed_see_what_is_published_and_nobody_else(draft, staff, units):
    unit_head = street.make_person("unithead")
    street.give_post(unit_head, "org_head", units[1])
    seen = lambda user: Assessment.objects.visible_to(User.objects.get(pk=user.pk)).filter(pk=draft.pk).exists()  # noqa: E731
    assert (seen(staff["leader"]), seen(staff["west"]), seen(unit_head)) == (True, False, False)
    published(draft, staff)
    assert (seen(staff["west"]), seen(unit_head), seen(street.make_person("stranger"))) == (True, False, False)


def test_a_kind_of_post_with_fewer_than_five_people_is_not_shown(grids, staff, scheme):
    for n in range(5):
        street.give_post(street.make_person(f"worker{n}"), "grid_worker", grids[MICRO])
    posts = Scheme.objects.get(subject="post")
    row = runs.create(runs.NewRun(posts, grids[STREET], MONTH), actor=staff["leader"], now=AFTER)
    assert [(one["key"], one["name"], one["cases"], one["rank"]) for one in row.results["lines"]] == [
        ("grid_worker", "网格员", 5, None)
    ]
    with pytest.raises(NotNow):
        published(row, staff)


def test_the_head_of_a_unit_objects_for_that_unit_alone(cases, grids, staff, units, scheme):
    for number, unit in enumerate(units):
        street.give_post(street.make_person(f"head{number}"), "org_head", unit)
    items = [{"label": "处置率", "indicator": "handling_rate", "mode": "share", "points": D(100)}]
    new = schemes.NewScheme({"name": "部门处置", "subject": "unit", "base_points": D(0)}, items)
    by_unit = schemes.create(new, grid=grids[STREET], actor=staff["leader"])
    row = runs.create(runs.NewRun(by_unit, grids[STREET], MONTH), actor=staff["leader"], now=AFTER)
    row = published(row, staff)
    first, other = (User.objects.get(username=f"head{n}") for n in range(2))
    own = f"o{units[0].pk}"
    assert [key for key, _name in objections.open_to(row, first, AFTER)] == [own]
    with pytest.raises(NotAllowed):
        objections.raise_objection(row.pk, subject=own, text="非本部门", actor=other, now=AFTER)
    assert objections.raise_objection(row.pk, subject=own, text="派遣有误", actor=first, now=AFTER).status == "open"
    assert Notice.objects.filter(kind="assessment.object", recipient=staff["secretary"]).exists()
    with pytest.raises(NotNow):  # one at a time
        objections.raise_objection(row.pk, subject=own, text="再说一次", actor=first, now=AFTER)
