"""Models of `volunteers`, one subject per file."""

from volunteers.models.file import VolunteerFile
from volunteers.models.micro import (
    BudgetLine,
    Criterion,
    Expense,
    MicroCall,
    MicroKind,
    MicroProject,
    Milestone,
    Reviewer,
    Score,
)
from volunteers.models.place import Opening, PointKind, ServicePoint
from volunteers.models.points import Exchange, PointAccount, PointEntry, PointRule, ShopItem
from volunteers.models.service import (
    Certificate,
    HourRecord,
    ServiceActivity,
    ServiceKind,
    Shift,
    SignUp,
    StarLevel,
    VolunteerRecord,
)
from volunteers.models.staged import VolunteerStep
from volunteers.models.volunteer import Membership, Team, Volunteer, VolunteerSkill
from volunteers.models.wish import Wish, WishClaim, WishKind, WishReceipt, WishRound

__all__ = [
    "BudgetLine",
    "Certificate",
    "Criterion",
    "Exchange",
    "Expense",
    "HourRecord",
    "Membership",
    "MicroCall",
    "MicroKind",
    "MicroProject",
    "Milestone",
    "Opening",
    "PointAccount",
    "PointEntry",
    "PointKind",
    "PointRule",
    "Reviewer",
    "Score",
    "ServiceActivity",
    "ServiceKind",
    "ServicePoint",
    "Shift",
    "ShopItem",
    "SignUp",
    "StarLevel",
    "Team",
    "Volunteer",
    "VolunteerFile",
    "VolunteerRecord",
    "VolunteerSkill",
    "VolunteerStep",
    "Wish",
    "WishClaim",
    "WishKind",
    "WishReceipt",
    "WishRound",
]
