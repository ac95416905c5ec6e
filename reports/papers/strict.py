"""The language of the office's templates: marks, loops over lists, and conditions; nothing else is understood.

A sandbox alone would still let a template call, filter, assign and loop without end. Here every piece of source is
parsed and walked before it runs: each mark must name something of the sample, loops inside loops must go deeper into
what the outer loop goes over, so that the output is never larger than the content.
"""

from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_LOOPS: Final = 40
LOOP: Final = {"index": 1, "first": True, "last": True}
"""What a template may ask of the loop it stands in."""
CONDITIONS: Final = (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Const)

Scope = dict[str, Any]


class NotUnderstood(Exception):
    """The template says something that is no mark of this document; the message is for its author."""


class StrictEnvironment(ImmutableSandboxedEnvironment):
    """Compiles only what `check` lets through; values are escaped as XML."""

    def __init__(self, sample: Scope) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.sample = sample
        self.globals.clear()

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Template:
        """Check, then compile."""
        check(self.parse(source), self.sample)
        return super().from_string(source, *args, **kwargs)


def check(tree: nodes.Template, sample: Scope) -> None:
    """NotUnderstood with the first thing that is no known mark."""
    if sum(1 for _loop in tree.find_all(nodes.For)) > MOST_LOOPS:
        raise NotUnderstood(_("There are too many loops: at most %(n)s.") % {"n": MOST_LOOPS})
    for node in tree.body:
        _walk(node, sample, "")


def _walk(node: nodes.Node, scope: Scope, inside: str) -> None:
    """`inside`: the variable of the innermost loop; "" outside of all."""
    match node:
        case nodes.TemplateData():
            return
        case nodes.Output():
            for part in node.nodes:
                _shown(part, scope)
        case nodes.For():
            _loop(node, scope, inside)
        case nodes.If():
            _condition(node.test, scope)
            for child in _branches(node):
                _walk(child, scope, inside)
        case _:
            raise NotUnderstood(_not_known(node))


def _branches(node: nodes.If) -> Iterator[nodes.Node]:
    yield from node.body
    yield from node.elif_
    yield from node.else_


def _shown(node: nodes.Node, scope: Scope) -> None:
    if isinstance(node, nodes.TemplateData):
        return
    if isinstance(_value(node, scope), list | dict):
        raise NotUnderstood(_("“%(mark)s” is a list: it needs a loop.") % {"mark": name_of(node)})


def _loop(node: nodes.For, scope: Scope, inside: str) -> None:
    if not isinstance(node.target, nodes.Name) or node.test is not None or node.recursive:
        raise NotUnderstood(_("A loop is written “for line in lines”."))
    found = _value(node.iter, scope)
    if not isinstance(found, list) or not found:
        raise NotUnderstood(_("“%(mark)s” is no list.") % {"mark": name_of(node.iter)})
    if inside and root_of(node.iter) != inside:
        said = _("A loop inside a loop must go over a part of it: “%(mark)s”.")
        raise NotUnderstood(said % {"mark": name_of(node.iter)})
    inner = scope | {node.target.name: found[0], "loop": LOOP}
    for child in (*node.body, *node.else_):
        _walk(child, inner, node.target.name)


def _condition(node: nodes.Node, scope: Scope) -> None:
    if isinstance(node, nodes.Name | nodes.Getattr):
        _value(node, scope)
    elif isinstance(node, CONDITIONS):
        for child in node.iter_child_nodes():
            _condition(child, scope)
    else:
        raise NotUnderstood(_not_known(node))


def _value(node: nodes.Node, scope: Scope) -> Any:
    """What the mark stands for in the sample."""
    if isinstance(node, nodes.Name) and node.name in scope:
        return scope[node.name]
    if isinstance(node, nodes.Getattr):
        outer = _value(node.node, scope)
        if isinstance(outer, dict) and node.attr in outer:
            return outer[node.attr]
    raise NotUnderstood(_not_known(node))


def root_of(node: nodes.Node) -> str:
    """line of line.text."""
    if isinstance(node, nodes.Getattr):
        return root_of(node.node)
    return node.name if isinstance(node, nodes.Name) else ""


def name_of(node: nodes.Node) -> str:
    """The mark as its author wrote it, as far as it is one."""
    if isinstance(node, nodes.Getattr):
        return f"{name_of(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else type(node).__name__


def _not_known(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name | nodes.Getattr):
        return _("Unknown mark “%(mark)s”. The list of marks is on this page.") % {"mark": name_of(node)[:60]}
    return _("Only marks, loops and conditions are understood, not “%(what)s”.") % {"what": type(node).__name__}
