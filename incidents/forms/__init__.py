"""Forms of the case pages."""

from incidents.forms.desk import BulkForm, CallerForm, ClusterForm, RelocateForm
from incidents.forms.moves import MoveForm
from incidents.forms.reports import DeskReportForm, FieldReportForm
from incidents.forms.small import MorePhotosForm, RevealForm

__all__ = [
    "BulkForm",
    "CallerForm",
    "ClusterForm",
    "DeskReportForm",
    "FieldReportForm",
    "MorePhotosForm",
    "MoveForm",
    "RelocateForm",
    "RevealForm",
]
