"""Models of `fieldwork`, one subject per file."""

from fieldwork.models.care import CareColour, CarePromise, CareSubject, PopulationTag
from fieldwork.models.dictionary import (
    BadgeHolding,
    DutyKind,
    MustDo,
    PolicySwitch,
    RoleBadge,
    RoleSet,
    VisitPurpose,
)
from fieldwork.models.household import Household, Resident
from fieldwork.models.inspection import (
    Checklist,
    ChecklistItem,
    Hazard,
    InspectedPlace,
    Inspection,
    InspectionAnswer,
    PlaceKind,
    Recheck,
    RectificationNotice,
)
from fieldwork.models.note import FieldPhoto, QuickNote
from fieldwork.models.patrol import Checkpoint, Patrol, PatrolFinding, PatrolKind, PatrolPlan
from fieldwork.models.staged import FieldStep
from fieldwork.models.training import (
    Attendance,
    Competence,
    Course,
    Material,
    Teacher,
    TrainingForm,
    TrainingSession,
)
from fieldwork.models.visit import KnockAction, KnockedDoor, Period, Visit, VisitDuty, VisitPlan

__all__ = [
    "Attendance",
    "BadgeHolding",
    "CareColour",
    "CarePromise",
    "CareSubject",
    "Checklist",
    "ChecklistItem",
    "Checkpoint",
    "Competence",
    "Course",
    "DutyKind",
    "FieldPhoto",
    "FieldStep",
    "Hazard",
    "Household",
    "InspectedPlace",
    "Inspection",
    "InspectionAnswer",
    "KnockAction",
    "KnockedDoor",
    "Material",
    "MustDo",
    "Patrol",
    "PatrolFinding",
    "PatrolKind",
    "PatrolPlan",
    "Period",
    "PlaceKind",
    "PolicySwitch",
    "PopulationTag",
    "QuickNote",
    "Recheck",
    "RectificationNotice",
    "Resident",
    "RoleBadge",
    "RoleSet",
    "Teacher",
    "TrainingForm",
    "TrainingSession",
    "Visit",
    "VisitDuty",
    "VisitPlan",
    "VisitPurpose",
]
