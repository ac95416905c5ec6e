"""The admin of incidents: master data can be changed, state and history can only be read."""

from incidents.admin.calendar import CalendarDayAdmin, ReckoningAdmin
from incidents.admin.catalogue import CategoryAdmin, ProcedureAdmin, TimeLimitAdmin
from incidents.admin.dispatching import DispatchDecisionAdmin, DispatchRuleAdmin, DispatchWorkAdmin
from incidents.admin.incidents import IncidentAdmin
from incidents.admin.whistles import WhistleAdmin, WhistleLevelAdmin

__all__ = [
    "CalendarDayAdmin",
    "CategoryAdmin",
    "DispatchDecisionAdmin",
    "DispatchRuleAdmin",
    "DispatchWorkAdmin",
    "IncidentAdmin",
    "ProcedureAdmin",
    "ReckoningAdmin",
    "TimeLimitAdmin",
    "WhistleAdmin",
    "WhistleLevelAdmin",
]
