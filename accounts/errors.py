"""The three named errors of the domain: not you, not now, not valid.

Business code raises them; pages and the API map them in one place each
(`accounts.problems`): 403/404, 409 and 400.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

FieldMessages = Mapping[str, Sequence[str]]


class DomainError(Exception):
    """Base of the domain's errors; `message` is shown to the user as it is."""

    status = 400

    def __init__(self, message: object = "", fields: FieldMessages | None = None) -> None:
        super().__init__(str(message))
        self.message = message
        self.fields: dict[str, list[str]] = {k: [str(m) for m in v] for k, v in (fields or {}).items()}

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """Not you: the actor lacks the right. Out of scope objects are 404 instead."""

    status = 403


class NotNow(DomainError):
    """Not now: the state or version of the thing does not allow this move (409)."""

    status = 409


class NotValid(DomainError):
    """Not valid: the input itself is wrong; `fields` names each wrong field (400)."""

    status = 400


def demand_valid(checks: Iterable[tuple[str, bool, object]]) -> None:
    """NotValid with the message of every check, (field, good, message), that is not good; all of them at once."""
    wrong: dict[str, list[object]] = {}
    for field, good, message in checks:
        if not good:
            wrong.setdefault(field, []).append(message)
    if wrong:
        raise NotValid(
            _("Please correct the marked fields."), {name: list(map(str, said)) for name, said in wrong.items()}
        )
