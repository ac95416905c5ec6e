"""Models of `reports`, one subject per file."""

from reports.models.assessment import (
    Assessment,
    AssessmentEntry,
    AssessmentExclusion,
    Objection,
    Scheme,
    SchemeGrade,
    SchemeItem,
    SchemeRule,
)
from reports.models.honour import HonourPlace, HonourRound, HonourTitle, Nomination, TypicalCase
from reports.models.meeting import Decision, Meeting
from reports.models.paper import DocumentTemplate, Paper
from reports.models.record import FormUse, Matter, OutsideFigure, Tour, TourItem, WorkMethod, WorkMethodStep
from reports.models.report import Report, ReportCopy, ReportPaper
from reports.models.rollup import RollupCell, RollupCheck, RollupCounted, RollupMark
from reports.models.schedule import ReportSchedule
from reports.models.staged import Step

__all__ = [
    "Assessment",
    "AssessmentEntry",
    "AssessmentExclusion",
    "Decision",
    "DocumentTemplate",
    "FormUse",
    "HonourPlace",
    "HonourRound",
    "HonourTitle",
    "Matter",
    "Meeting",
    "Nomination",
    "Objection",
    "OutsideFigure",
    "Paper",
    "Report",
    "ReportCopy",
    "ReportPaper",
    "ReportSchedule",
    "RollupCell",
    "RollupCheck",
    "RollupCounted",
    "RollupMark",
    "Scheme",
    "SchemeGrade",
    "SchemeItem",
    "SchemeRule",
    "Step",
    "Tour",
    "TourItem",
    "TypicalCase",
    "WorkMethod",
    "WorkMethodStep",
]
