"""The filters of an address: all of them valid, or the reader is told which one is not (400)."""

from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.errors import NotValid

Chosen = TypeVar("Chosen")


def demand_filters(asked: Any) -> None:
    """NotValid by field for a form or a filter set with a value that is none of its own.

    It is asked itself, not the form inside: a strict filter set also refuses names that it does not know.
    """
    if not asked.is_valid():
        errors = getattr(asked, "form", asked).errors
        fields = {name: [str(message) for message in said] for name, said in errors.items()}
        raise NotValid(_("A filter is not valid."), fields)


def narrowed(chosen: Chosen) -> Chosen:
    """The filter set when all its values are valid; NotValid otherwise."""
    demand_filters(chosen)
    return chosen
