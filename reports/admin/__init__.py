"""Admin of `reports`; importing the parts registers them."""

from reports.admin import assessment, burden, honours, meetings, papers, reports, rollups

__all__ = ["assessment", "burden", "honours", "meetings", "papers", "reports", "rollups"]
