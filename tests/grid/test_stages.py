"""Things with stages: one machine writes their status, whatever the app (architecture.md, law 1)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from fieldwork import stages as of_field_work
from grid.models.staged import Staged
from partybuilding import stages as of_party_work
from reports import stages as of_reports
from volunteers import stages as of_volunteers

ROOT = Path(__file__).parents[2]
MACHINE = "grid/stages.py"
TABLES = {
    "fieldwork": of_field_work.TABLE,
    "partybuilding": of_party_work.TABLE,
    "reports": of_reports.TABLE,
    "volunteers": of_volunteers.TABLE,
}


def writes(tree: ast.AST) -> Iterator[int]:
    """Lines that assign `.status`, or hand `status=` to an update."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            flat = [part for target in node.targets for part in getattr(target, "elts", [target])]
            if any(isinstance(part, ast.Attribute) and part.attr == "status" for part in flat):
                yield node.lineno
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("update", "update_or_create"):
            yield from (node.lineno for keyword in node.keywords if keyword.arg == "status")


def test_no_module_of_an_app_with_stages_writes_a_status() -> None:
    paths = [path for app in TABLES for path in (ROOT / app).rglob("*.py")]
    named = {path.relative_to(ROOT).as_posix(): path for path in paths}
    found = {
        name: lines
        for name, path in named.items()
        if not {"migrations", "demo"} & set(Path(name).parts)
        if (lines := list(writes(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {}


def test_the_reader_of_the_code_sees_the_machine_and_every_way() -> None:
    assert list(writes(ast.parse((ROOT / MACHINE).read_text(encoding="utf-8"))))
    assert all(list(writes(ast.parse(way))) for way in ("a.status = 1", "a, b.status = 1, 2", "q.update(status=1)"))
    assert not list(writes(ast.parse("q.filter(status=1); x = a.status")))


@pytest.mark.parametrize("app", sorted(TABLES))
def test_every_staged_model_has_its_stages_between_statuses_that_it_has(app: str) -> None:
    staged = {model for model in apps.get_app_config(app).get_models() if issubclass(model, Staged)}
    table = TABLES[app].stages
    assert staged == set(table)
    for model, stages in table.items():
        known = set(model.Status.values)
        assert all({*stage.sources, stage.target} <= known for stage in stages), model
        assert len({stage.name for stage in stages}) == len(stages)
