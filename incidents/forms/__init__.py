"""Forms of the case pages."""

from incidents.forms.moves import BulkForm, MoveForm
from incidents.forms.reports import DeskReportForm, FieldReportForm
from incidents.forms.small import MorePhotosForm, RevealForm

__all__ = ["BulkForm", "DeskReportForm", "FieldReportForm", "MorePhotosForm", "MoveForm", "RevealForm"]
