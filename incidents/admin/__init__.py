"""The admin of incidents: master data can be changed, state and history can only be read."""

from incidents.admin.actions import HandOverAdmin, JointActionAdmin
from incidents.admin.calendar import CalendarDayAdmin, ReckoningAdmin
from incidents.admin.catalogue import CategoryAdmin, ProcedureAdmin, TimeLimitAdmin
from incidents.admin.dispatching import (
    DispatchDecisionAdmin,
    DispatchRuleAdmin,
    DispatchWorkAdmin,
    RuleReleaseAdmin,
)
from incidents.admin.disputes import CallBackAdmin, CallBackSampleAdmin, DisputeAdmin
from incidents.admin.gridtasks import GridTaskAdmin, LabelAdmin, ProblemKindAdmin, TaskKindAdmin
from incidents.admin.incidents import IncidentAdmin
from incidents.admin.learning import ClassifierVersionAdmin
from incidents.admin.supervision import SupervisionAdmin, SupervisionRuleAdmin
from incidents.admin.whistles import WhistleAdmin, WhistleLevelAdmin

__all__ = [
    "CalendarDayAdmin",
    "CallBackAdmin",
    "CallBackSampleAdmin",
    "CategoryAdmin",
    "ClassifierVersionAdmin",
    "DispatchDecisionAdmin",
    "DispatchRuleAdmin",
    "DispatchWorkAdmin",
    "DisputeAdmin",
    "GridTaskAdmin",
    "HandOverAdmin",
    "IncidentAdmin",
    "JointActionAdmin",
    "LabelAdmin",
    "ProblemKindAdmin",
    "ProcedureAdmin",
    "ReckoningAdmin",
    "RuleReleaseAdmin",
    "SupervisionAdmin",
    "SupervisionRuleAdmin",
    "TaskKindAdmin",
    "TimeLimitAdmin",
    "WhistleAdmin",
    "WhistleLevelAdmin",
]
