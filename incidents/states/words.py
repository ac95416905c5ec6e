"""The states of an incident, its clocks, and what a move is (domain.md 2.2, architecture.md law 2)."""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """Where an incident stands."""

    REPORTED = "reported", _("To be accepted")
    VERIFYING = "verifying", _("Being verified")
    NOT_ACCEPTED = "not_accepted", _("Not accepted")
    NOT_FILED = "not_filed", _("Not filed")
    FILED = "filed", _("To be dispatched")
    DISPATCHED = "dispatched", _("To be handled")
    HANDLING = "handling", _("Being handled")
    SUSPENDED = "suspended", _("Suspended")
    DEFERRED = "deferred", _("Deferred")
    CONFIRMING = "confirming", _("To be confirmed by the unit")
    FORWARDING = "forwarding", _("To be forwarded")
    HANDLED = "handled", _("To be checked")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("To be closed")
    REWORKING = "reworking", _("Rework")
    CLOSED = "closed", _("Closed")
    ANSWERED = "answered", _("Answered at once")
    CANCELLED = "cancelled", _("Cancelled")
    SELF_HANDLED = "self_handled", _("Handled on the spot")


START: Final = ""
"""The state before the first event."""

OPEN_STATES: Final = (
    State.REPORTED,
    State.VERIFYING,
    State.FILED,
    State.DISPATCHED,
    State.HANDLING,
    State.SUSPENDED,
    State.DEFERRED,
    State.CONFIRMING,
    State.FORWARDING,
    State.HANDLED,
    State.CHECKING,
    State.CHECKED,
    State.REWORKING,
)
WITH_HANDLER: Final = (State.DISPATCHED, State.HANDLING, State.REWORKING)
"""States in which the ball is with the handler."""
RESTING: Final = (State.SUSPENDED, State.DEFERRED)
"""States in which the handling rests by permission, until a day (挂账, 缓办)."""
ASSIGNED: Final = (*WITH_HANDLER, *RESTING, State.CONFIRMING)
"""States in which the unit or person that was given the task still has it."""
INSPECTED: Final = (State.VERIFYING, State.CHECKING)
"""States in which somebody is asked to look on site."""


class Clock(models.TextChoices):
    """The stage timers (domain.md 2.4). INTERNAL runs beside HANDLE, inside the handling unit."""

    ACCEPT = "accept", _("Acceptance")
    VERIFY = "verify", _("Verification")
    DISPATCH = "dispatch", _("Dispatch")
    HANDLE = "handle", _("Handling")
    INTERNAL = "internal", _("Inside the unit")
    CHECK = "check", _("Check")


class Who(models.TextChoices):
    """Which relation to the incident a move asks for, beside or instead of a capability."""

    CAPABILITY = "capability", _("Holder of the capability on the grid")
    HANDLER = "handler", _("The present handler")
    UNIT_HEAD = "unit_head", _("The head of the handling unit")
    INSPECTOR = "inspector", _("Who was asked to look on site, or holder of the capability")
    REPORTER = "reporter", _("The reporter")
    APPROVAL = "approval", _("The approver of an application")
    SYSTEM = "system", _("The system")


class When(models.TextChoices):
    """A condition of the incident itself, beside its state; `incidents.conditions` knows what each asks."""

    DIRECT = "direct", _("The handler answers to the desk directly")
    CONFIRMED = "confirmed", _("The head of the unit confirms the work first")
    VERIFIED = "verified", _("Found to be so on site, or no verification is asked")
    LOOKED_AT = "looked_at", _("Somebody has looked on site, or no verification is asked")
    UNVERIFIED = "unverified", _("Not found to be so on site yet")
    LAST_STEP = "last_step", _("The last step of the work runs")
    MORE_STEPS = "more_steps", _("Further steps of the work follow")
    NO_SITE_CHECK = "no_site_check", _("The category asks for no check on site")
    RETURNABLE = "returnable", _("Not decided by arbitration")
    BELOW_STREET = "below_street", _("A level above can take it over")
    RULED_LEVEL = "ruled_level", _("The level of the matter allows it")


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed move.

    `needs` names what must be given: "reason", "text", "photo", "handler", "category", "member" (somebody of the
    unit); `may` what can be given beside: "text", "photo", "inspector" (who is asked to look on site).
    `starts`/`stops`/`pauses`/`resumes` name clocks. `when` names conditions of the incident. `system` says that a
    worker may make the move too; `apart` that whoever handled it may not.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    label: Promise | str
    who: Who
    capability: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    starts: Clock | None = None
    stops: tuple[Clock, ...] = ()
    pauses: Clock | None = None
    resumes: Clock | None = None
    when: tuple[When, ...] = ()
    system: bool = False
    danger: bool = False
    apart: bool = False
