"""Models of `partybuilding`, one subject per file."""

from partybuilding.models.activity import Activity, ActivityPerson, ActivitySeries, Story, StoryVote
from partybuilding.models.council import DeputyOpinion, FollowUp, Forum, ForumMeeting, MeetingGuest, Resolution, Topic
from partybuilding.models.dictionary import (
    ActivityKind,
    JointTaskKind,
    Label,
    MemberTag,
    PartnerKind,
    ProjectType,
    Skill,
    Star,
    SupportKind,
)
from partybuilding.models.duty import CallAnswer, DutyPost, DutyShift, MemberCall
from partybuilding.models.file import PartyFile
from partybuilding.models.lists import ListCall, Need, NeedWait, Project, ProjectPerson, ProjectStep, Resource
from partybuilding.models.member import (
    CardEntry,
    HouseholdLink,
    LinkContact,
    LinkReview,
    PartyMember,
    ReportIn,
    YearlyEvaluation,
)
from partybuilding.models.order import ServiceClaim, ServiceOrder
from partybuilding.models.organization import CommunityProfile, PartyOrganization, PartyPost, PostPlan, StarAward
from partybuilding.models.staged import PartyStep
from partybuilding.models.star import StarClaim, StarDelivery
from partybuilding.models.unit import Agreement, Alliance, AllianceMember, CommitteeSeat, PartnerUnit

__all__ = [
    "Activity",
    "ActivityKind",
    "ActivityPerson",
    "ActivitySeries",
    "Agreement",
    "Alliance",
    "AllianceMember",
    "CallAnswer",
    "CardEntry",
    "CommitteeSeat",
    "CommunityProfile",
    "DeputyOpinion",
    "DutyPost",
    "DutyShift",
    "FollowUp",
    "Forum",
    "ForumMeeting",
    "HouseholdLink",
    "JointTaskKind",
    "Label",
    "LinkContact",
    "LinkReview",
    "ListCall",
    "MeetingGuest",
    "MemberCall",
    "MemberTag",
    "Need",
    "NeedWait",
    "PartnerKind",
    "PartnerUnit",
    "PartyFile",
    "PartyMember",
    "PartyOrganization",
    "PartyPost",
    "PartyStep",
    "PostPlan",
    "Project",
    "ProjectPerson",
    "ProjectStep",
    "ProjectType",
    "ReportIn",
    "Resolution",
    "Resource",
    "ServiceClaim",
    "ServiceOrder",
    "Skill",
    "Star",
    "StarAward",
    "StarClaim",
    "StarDelivery",
    "Story",
    "StoryVote",
    "SupportKind",
    "Topic",
    "YearlyEvaluation",
]
