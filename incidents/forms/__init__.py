"""Forms of the case pages."""

from incidents.forms.moves import BulkForm, MoveForm
from incidents.forms.reports import DeskReportForm, FieldReportForm
from incidents.forms.reveal import RevealForm

__all__ = ["BulkForm", "DeskReportForm", "FieldReportForm", "MoveForm", "RevealForm"]
