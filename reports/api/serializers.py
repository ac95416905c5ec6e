"""Reports as systems read them."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.errors import NotValid
from grid.models.grid import CODE_VALIDATOR
from reports.models import Report
from reports.periods import parse_day


class ReportBrief(serializers.ModelSerializer[Report]):
    """A report without its content."""

    class Meta:
        model = Report
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "grid_code",
            "grid_name",
            "period_start",
            "period_end",
            "as_of",
            "input_hash",
            "definition_version",
            "created_at",
        ]
        read_only_fields = fields


class ReportSerializer(ReportBrief):
    """A report with everything it says: numbers, tables, lists and text."""

    class Meta(ReportBrief.Meta):
        fields: ClassVar[list[str]] = [*ReportBrief.Meta.fields, "snapshot"]
        read_only_fields = fields


class StrictDayField(serializers.DateField):
    """YYYY-MM-DD in ASCII digits only."""

    def to_internal_value(self, value: Any) -> Any:
        """Read the day; ValidationError for anything else."""
        try:
            return parse_day(value if isinstance(value, str) else "")
        except NotValid as error:
            raise serializers.ValidationError(error.fields["day"]) from error


class NewReportInput(serializers.Serializer[Any]):
    """Which report is wanted: the grid's code and a day that is over."""

    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    day = StrictDayField()
