"""The pages of assessments, schemes and the work ledger: what they show, what they save, how many queries they take."""

import io
from decimal import Decimal

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from grid.models import Grid
from incidents.intake import NewIncident, report_incident
from incidents.models import GridTask, GridTaskEntry, TaskKind
from incidents.models.incident import Source
from reports.assessment import ledger, method
from reports.models import Assessment, Scheme
from tests import street
from tests.reports.assessment.conftest import MONTH, deduct, published
from tests.reports.conftest import at
from tests.street import COMMUNITY, GRID, MICRO, STREET


@pytest.fixture
def as_(client: Client):
    def sign_in(user: User) -> Client:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_the_page_shows_denominators_intervals_and_why_there_is_no_rank(
    as_, draft, staff, django_assert_max_num_queries
):
    client = as_(staff["leader"])
    client.get(f"/reports/assessments/{draft.pk}/")
    with django_assert_max_num_queries(22):
        text = client.get(f"/reports/assessments/{draft.pk}/").content.decode()
    assert all(words in text for words in ("12/24 = 50.0%", "[31.4%, 68.6%]", "金牛", draft.input_hash))
    Assessment.objects.filter(pk=draft.pk).update(
        results=draft.results | {"lines": [one | {"rank": None, "why": "few"} for one in draft.results["lines"]]}
    )
    assert "样本不足，不参与排名" in client.get(f"/reports/assessments/{draft.pk}/").content.decode()


def test_a_phone_has_the_actions_and_the_way_back_too(as_, draft, staff):
    page, phone = f"/reports/assessments/{draft.pk}/", {"User-Agent": "Mozilla/5.0 (iPhone) Mobile Safari"}
    text = as_(staff["leader"]).get(page, headers=phone).content.decode()
    assert "phone-top" in text
    assert all(f'href="{way}"' in text for way in ("/reports/assessments/", f"{page}what-if/", f"{page}excel/"))


def test_what_if_is_a_form_whose_result_is_not_kept(as_, draft, staff):
    client, items = as_(staff["leader"]), draft.results["plan"]["items"]
    weights = {f"points_{item['key']}": 100 if n == 2 else 0 for n, item in enumerate(items)}
    answer = client.get(f"/reports/assessments/{draft.pk}/what-if/", weights | {"shrink_cases": 0, "least_cases": 20})
    assert answer.status_code == 200
    assert [(one["rank"], one["was"]["rank"]) for one in answer.context["lines"]] == [(1, 2), (2, 1)]
    assert Assessment.objects.get(pk=draft.pk).results == draft.results


def test_from_the_form_to_the_answered_objection_by_pages_alone(as_, draft, staff):
    client, place = as_(staff["leader"]), f"/reports/assessments/{draft.pk}"
    rule = draft.scheme.rules.get(amount__lt=0)
    given = {"subject": COMMUNITY, "what": f"rule-{rule.pk}", "amount": "-10", "reason": "迟报"}
    assert client.post(f"{place}/entry/", given).status_code == 422  # no evidence
    assert client.post(f"{place}/entry/", given | {"evidence": "值班记录"}).status_code == 302
    entry = draft.entries.get()
    early = as_(staff["secretary"]).post(f"{place}/publish/", {"version": Assessment.objects.get(pk=draft.pk).version})
    assert early.status_code == 409  # the month is not over
    published(draft, staff)
    Assessment.objects.filter(pk=draft.pk).update(objections_until="2099-01-01")
    page = as_(staff["west"]).get(f"{place}/object/")
    assert [key for key, _name in page.context["form"].fields["subject"].choices] == [COMMUNITY]
    client.post(f"{place}/object/", {"subject": COMMUNITY, "text": "停机"})
    answer = {"result": "uphold", "text": "属实", "entry": entry.pk}
    client = as_(staff["secretary"])
    assert client.post(f"/reports/objections/{draft.objections.get().pk}/", answer).status_code == 302
    text = client.get(f"{place}/").content.decode()
    assert "属实" in text
    assert "→" in text


def test_the_ledger_in_excel_holds_values_and_no_formulas(as_, draft, staff):
    deduct(draft, staff)
    answer = as_(staff["leader"]).get(f"/reports/assessments/{draft.pk}/excel/")
    book = load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["成绩", "各项指标", "加减分和评议", "口径说明"]
    lines = {one["name"]: one for one in Assessment.objects.get(pk=draft.pk).results["lines"]}
    rows = [[cell.value for cell in row] for row in book["成绩"].iter_rows(min_row=4)]
    assert {row[1]: Decimal(str(row[-4])).quantize(Decimal("0.01")) for row in rows} == {
        name: Decimal(one["total"]) for name, one in lines.items()
    }
    assert not any(str(cell.value).startswith("=") for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_editor_saves_a_scheme_and_a_used_one_as_a_new_version(as_, draft, staff, scheme):
    client = as_(staff["leader"])
    management = {
        f"{table}-{name}": n
        for table in ("items", "rules", "grades")
        for name, n in (("TOTAL_FORMS", 1), ("INITIAL_FORMS", 0))
    }
    given = management | {
        "base_points": 0, "least_cases": 30, "shrink_cases": 10, "objection_days": 3, "is_active": "on",
        "items-0-label": "结案率", "items-0-indicator": "closing_rate", "items-0-mode": "bar", "items-0-points": 20,
        "grades-0-name": "合格", "grades-0-least": 60,
    }  # fmt: skip
    refused = client.post(f"/reports/schemes/{scheme.pk}/edit/", given)
    assert refused.status_code == 422
    assert "标准" in refused.content.decode() or "bar" in refused.content.decode()
    saved = client.post(f"/reports/schemes/{scheme.pk}/edit/", given | {"items-0-bar": 90})
    assert saved.status_code == 302
    new = Scheme.objects.get(name=scheme.name, number=2)
    assert (new.least_cases, new.items.get().bar, new.rules.count(), new.grades.count()) == (30, 90, 0, 1)


@pytest.fixture
def worked(grids: dict[str, Grid], roles: dict[str, User]) -> dict[str, User]:
    """A case that the leader of the micro grid reported, and progress in a task."""
    new = NewIncident(text="路面破损，电话13812345678", source=Source.PATROL, point=street.inside(MICRO))
    report_incident(new, actor=roles["microleader"], now=at("10:00"))
    kind, _made = TaskKind.objects.get_or_create(code="rollout", defaults={"name": "推广安装"})
    task = GridTask.objects.create(
        kind=kind, title="安装自闭阀", text="逐户",
        grid=grids[STREET], grid_code=STREET, due_on=MONTH.last, state="issued", created_by=roles["admin"],
        created_at=at("07:00"), issued_at=at("07:00"),
    )  # fmt: skip
    part = task.parts.create(grid=grids[MICRO], grid_code=MICRO, target=10)
    GridTaskEntry.objects.create(part=part, amount=3, text="三户已装", by=roles["microleader"], at=at("11:00"))
    return roles


def test_the_work_ledger_lists_the_work_of_a_grid_to_its_people_and_those_above(as_, worked, grids):
    page = as_(worked["microleader"]).get("/reports/ledger/?month=2026-11")
    assert page.context["grid"].code == MICRO
    found, task = page.context["rows"]
    assert (task.kind, task.matter, task.result) == ("task", "安装自闭阀", "+3 三户已装")
    assert found.kind == "reported"
    assert "13812345678" not in page.content.decode()
    assert as_(worked["microleader"]).get(f"/reports/ledger/?grid={GRID}").status_code == 404
    assert as_(worked["community"]).get(f"/reports/ledger/?grid={GRID}&month=2026-11").status_code == 200
    assert as_(worked["department"]).get("/reports/ledger/").status_code == 200
    book = as_(worked["microleader"]).get("/reports/ledger/excel/?month=2026-11")
    assert book["Content-Type"].startswith("application/vnd.openxmlformats")
    counted = [ledger.summary(one, MONTH.first, MONTH.last) for one in (grids[MICRO], worked["microleader"])]
    assert counted[0] == counted[1] == dict.fromkeys(ledger.KINDS, 0) | {"task": 1, "reported": 1}
    assert set(ledger.summary(worked["gridleader"], MONTH.first, MONTH.last).values()) == {0}


def test_the_method_leads_to_ledger_assessments_and_honours(as_, draft, staff, grids):
    client = as_(staff["leader"])
    assert client.post("/reports/five/begin/").status_code == 302
    published(draft, staff)
    row = method.of(grids[STREET], actor=staff["leader"])
    assert [one.step.name for one in method.shown(row, staff["leader"])] == ["一晒", "三评", "五优"]
    assert [one.count for one in method.shown(row, staff["leader"])] == [None, 1, 0]
    client.post(f"/reports/five/{row.steps.get(name='三评').pk}/", {"meaning": "居民评、社区评、街道评", "note": ""})
    text = client.get("/reports/five/").content.decode()
    assert "居民评、社区评、街道评" in text
    assert "/reports/ledger/" in text


def test_the_api_gives_results_to_those_assessed_once_published(client, draft, staff):
    client.force_login(staff["west"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/api/v1/assessments/{draft.pk}/").status_code == 404
    published(draft, staff)
    client.force_login(User.objects.get(pk=staff["west"].pk), backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/api/v1/assessments/{draft.pk}/").json()
    assert (answer["results"]["lines"], answer["status"]) == (draft.results["lines"], "published")
