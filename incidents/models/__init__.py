"""Models of `incidents`, one subject per file."""

from incidents.models.action import ActionDay, JointAction
from incidents.models.application import Application, Review
from incidents.models.attachment import Attachment
from incidents.models.calendar import CalendarDay, Reckoning
from incidents.models.callback import CallBack, CallBackSample
from incidents.models.category import Category, CategoryVersion, TimeLimit
from incidents.models.clock import ClockEntry
from incidents.models.desk import DeskPresence
from incidents.models.dispatch import Assignment, DispatchDecision, DispatchRule, DispatchWork, RuleRelease
from incidents.models.event import AllowedMove, IncidentEvent
from incidents.models.gridtask import GridTask, GridTaskEntry, GridTaskItem, GridTaskPart, TaskKind
from incidents.models.handover import HandOver
from incidents.models.incident import Incident
from incidents.models.label import Label, ProblemKind
from incidents.models.learning import ClassifierFile, ClassifierVersion
from incidents.models.mediation import Dispute, DisputeEvent, DisputeParty
from incidents.models.procedure import Procedure
from incidents.models.supervision import NumberBook, Supervision, SupervisionRule
from incidents.models.whistle import Whistle, WhistleEvent, WhistleLevel, WhistleTask

__all__ = [
    "ActionDay",
    "AllowedMove",
    "Application",
    "Assignment",
    "Attachment",
    "CalendarDay",
    "CallBack",
    "CallBackSample",
    "Category",
    "CategoryVersion",
    "ClassifierFile",
    "ClassifierVersion",
    "ClockEntry",
    "DeskPresence",
    "DispatchDecision",
    "DispatchRule",
    "DispatchWork",
    "Dispute",
    "DisputeEvent",
    "DisputeParty",
    "GridTask",
    "GridTaskEntry",
    "GridTaskItem",
    "GridTaskPart",
    "HandOver",
    "Incident",
    "IncidentEvent",
    "JointAction",
    "Label",
    "NumberBook",
    "ProblemKind",
    "Procedure",
    "Reckoning",
    "Review",
    "RuleRelease",
    "Supervision",
    "SupervisionRule",
    "TaskKind",
    "TimeLimit",
    "Whistle",
    "WhistleEvent",
    "WhistleLevel",
    "WhistleTask",
]
