"""Models of `reports`, one subject per file."""

from reports.models.report import Report
from reports.models.schedule import ReportSchedule

__all__ = ["Report", "ReportSchedule"]
