"""One module writes the state of a thing (architecture.md, law 1): the code itself is read."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APPS = ("accounts", "notices", "grid", "incidents", "fieldwork", "partybuilding", "volunteers", "reports", "config")
WRITERS = {
    "incidents/lifecycle.py",  # incidents
    "incidents/whistles.py",
    "incidents/disputes.py",
    "incidents/actions.py",
    "incidents/supervision.py",
    "incidents/learning/store.py",  # versions of the classifier
}
"""One module for each thing that has states."""
MADE_UP_HISTORY = ("incidents/demo/", "reports/demo/", "reports/management/")
"""Rows of the demo and the bench; a test of their own holds them to the same rules."""
CALLS = {"update", "create", "get_or_create", "update_or_create", "Incident"}


def writes(tree: ast.AST) -> Iterator[int]:
    """Lines that assign `.state`, set it by name, or hand `state=` to a query that writes."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        assigns = isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign) and any(map(_is_state, targets))
        if assigns or (isinstance(node, ast.Call) and _hands_over_state(node)):
            yield node.lineno


def _is_state(target: ast.AST | None) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return any(map(_is_state, target.elts))
    return isinstance(target, ast.Attribute) and target.attr == "state"


def _hands_over_state(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name == "setattr":
        return any(isinstance(arg, ast.Constant) and arg.value == "state" for arg in call.args)
    return name in CALLS and any(keyword.arg == "state" for keyword in call.keywords)


def sources() -> Iterator[tuple[str, str]]:
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            if "/migrations/" not in name and not name.startswith(MADE_UP_HISTORY):
                yield name, path.read_text(encoding="utf-8")


def test_no_other_module_writes_a_state() -> None:
    found = {name: list(writes(ast.parse(text))) for name, text in sources() if name not in WRITERS}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_only_the_lifecycle_saves_incidents() -> None:
    """The other writers own other tables: none of them saves an incident's row."""
    others = {name: text for name, text in sources() if name in WRITERS - {"incidents/lifecycle.py"}}
    assert not [name for name, text in others.items() if "Incident.objects" in text and ".update(" in text]
    assert not [name for name, text in others.items() if "incident.save(" in text]


def test_the_reader_of_the_code_sees_every_way_to_write() -> None:
    ways = ("a.state = 1", "a.b, a.state = 1, 2", "q.update(state=1)", "Incident(state=1)", "setattr(a, 'state', 1)")
    assert all(list(writes(ast.parse(way))) for way in ways)
    assert not list(writes(ast.parse("state = a.state; q.filter(state=1)")))
