"""The same question asked twice: by several forms of one post, or although the system holds the answer already.

Nothing is declared for this: the forms of the apps say what they ask, the code of the pages says which forms they use,
the rules of the pages say which posts open them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import CodeType, FunctionType
from typing import Any, Final

from django import forms
from django.urls import URLPattern, URLResolver, get_resolver

from grid.posts import CAPABILITIES_BY_POST, PostKind
from reports.burden.counting import APPS, declared_forms, hidden_names
from reports.burden.reading import form_label
from reports.words import templates

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Question:
    """One question of one page."""

    name: str
    label: str
    view: str
    form: str

    @property
    def view_label(self) -> str:
        """What people call the page."""
        return form_label(self.view)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A question that the same posts are asked in several places."""

    posts: tuple[str, ...]
    label: str
    name: str
    places: tuple[Question, ...]

    @property
    def post_labels(self) -> list[str]:
        """The posts' names."""
        return [str(PostKind(kind).label) for kind in self.posts]


@dataclass(frozen=True, slots=True)
class Known:
    """A question whose answer the system holds, and where."""

    question: Question
    held: str


def questions() -> Mapping[str, tuple[Question, ...]]:
    """What each kind of post is asked, by the pages that it may open and send forms from."""
    found: dict[str, list[Question]] = defaultdict(list)
    for view, posts, used in _structure():
        asked = [question for form in used for question in _asked(form, view)]
        for kind in posts:
            found[kind] += asked
    return {kind: tuple(asked) for kind, asked in found.items()}


@cache
def _structure() -> tuple[tuple[str, list[str], list[type[forms.BaseForm]]], ...]:
    """Each page with the posts that it lets in and the forms that it uses; the code does not change while it runs."""
    by_name = {form.__name__: form for form in declared_forms()}
    return tuple((view, _posts_of(function), _forms_of(function, by_name)) for view, function in _pages())


def repeated() -> list[Repeated]:
    """Questions (same name, same label) that a post meets in several forms, those of most places first.

    A page that makes a thing and one that changes it use the same form: that is no second asking. Reasons and remarks
    are left out (data/burden.json, "free"): their answer is another one each time.
    """
    found: dict[tuple[str, str, tuple[Question, ...]], list[str]] = defaultdict(list)
    for kind, asked in questions().items():
        for (name, label), places in _places(asked).items():
            if len({place.form for place in places}) > 1:
                found[name, label, places].append(kind)
    rows = [Repeated(tuple(posts), label, name, places) for (name, label, places), posts in found.items()]
    return sorted(rows, key=lambda row: (-len(row.places), -len(row.posts), row.name, row.posts))


def _places(asked: Iterable[Question]) -> dict[tuple[str, str], tuple[Question, ...]]:
    """The pages on which each question stands, one place per page."""
    free = set(templates("burden")["free"])
    same: dict[tuple[str, str], dict[str, Question]] = defaultdict(dict)
    for question in asked:
        if question.name not in free:
            same[question.name, question.label].setdefault(question.view, question)
    return {key: tuple(places.values()) for key, places in same.items()}


def known() -> list[Known]:
    """Questions whose answer the system could give (data/burden.json, "held"); a person decides whether to ask on."""
    held = templates("burden")["held"]
    asked = {question for some in questions().values() for question in some if question.name in held}
    order = sorted(asked, key=lambda each: (each.name, each.view, each.form))
    return [Known(question, str(held[question.name])) for question in order]


def _asked(form: type[forms.BaseForm], view: str) -> Iterator[Question]:
    fields: Mapping[str, forms.Field] = form.base_fields  # type: ignore[attr-defined]
    for name, field in fields.items():
        if not field.widget.is_hidden and name not in hidden_names():
            yield Question(name, str(field.label or name), view, form.__name__)


def _pages(resolver: Any = None, names: tuple[str, ...] = ()) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The views of our apps that take forms, with their names."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _pages(pattern, (*names, pattern.namespace) if pattern.namespace else names)
        elif isinstance(pattern, URLPattern) and names and names[0] in APPS and _takes_forms(pattern.callback):
            yield f"{names[0]}:{pattern.name}", pattern.callback


def _takes_forms(function: Any) -> bool:
    """A page with a rule that may be posted to; the API's views have rules of another kind."""
    return hasattr(function, "access_rule") and "POST" in _methods(function)


def _posts_of(function: Any) -> list[str]:
    """The kinds of post that the page's rule lets in."""
    wanted = set(function.access_rule.split("|"))
    return [str(kind) for kind, held in CAPABILITIES_BY_POST.items() if wanted & held]


def _methods(function: Any) -> set[str]:
    """The methods that the decorators of a view let through; all when none says anything."""
    for layer in _layers(function):
        for cell in layer.__closure__ or ():
            value = cell.cell_contents
            if isinstance(value, list | tuple) and value and set(map(str, value)) <= METHODS:
                return set(value)
    return set(METHODS)


def _layers(function: Any) -> Iterator[FunctionType]:
    """A decorated function and what it wraps."""
    while isinstance(function, FunctionType):
        yield function
        function = getattr(function, "__wrapped__", None)


def _forms_of(function: Any, by_name: Mapping[str, type[forms.BaseForm]]) -> list[type[forms.BaseForm]]:
    """The forms that a view names, itself or by a helper of the same module."""
    inner = list(_layers(function))[-1]
    names, seen = set(inner.__code__.co_names), {inner.__name__}
    waiting: list[Callable[..., Any]] = [inner]
    while waiting:
        for name in _names(waiting.pop().__code__):
            names.add(name)
            helper = inner.__globals__.get(name)
            if isinstance(helper, FunctionType) and helper.__module__ == inner.__module__ and name not in seen:
                seen.add(name)
                waiting.append(helper)
    return [by_name[name] for name in sorted(names) if name in by_name]


def _names(code: CodeType) -> Iterator[str]:
    """The names that a function uses, those of the functions inside it too."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
