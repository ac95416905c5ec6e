"""Models of `incidents`, one subject per file."""

from incidents.models.attachment import Attachment
from incidents.models.calendar import CalendarDay
from incidents.models.category import Category, TimeLimit
from incidents.models.clock import ClockEntry
from incidents.models.dispatch import Assignment, DispatchDecision, DispatchRule, DispatchWork
from incidents.models.event import AllowedMove, IncidentEvent
from incidents.models.incident import Incident

__all__ = [
    "AllowedMove",
    "Assignment",
    "Attachment",
    "CalendarDay",
    "Category",
    "ClockEntry",
    "DispatchDecision",
    "DispatchRule",
    "DispatchWork",
    "Incident",
    "IncidentEvent",
    "TimeLimit",
]
