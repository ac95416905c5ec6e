"""Reports as systems read and write them."""

from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.errors import NotValid
from accounts.text_guard import CleanTextSerializerField
from grid.models.grid import CODE_VALIDATOR
from incidents.api.serializers import StrictSerializer
from reports.editing import BODY_LENGTH, HEADING_LENGTH, MOST_SECTIONS, Section
from reports.models import Report, ReportPaper
from reports.periods import parse_day

STEPS = ("check", "reopen", "sign")
MOST_VERSION = 2**31 - 1


class ReportPaperSerializer(serializers.ModelSerializer[ReportPaper]):
    """The paper of a report: how far it is on its way, and its text where people edited it (null: as generated)."""

    checked_by = serializers.StringRelatedField[Any](read_only=True)
    signed_by = serializers.StringRelatedField[Any](read_only=True)

    class Meta:
        model = ReportPaper
        fields: ClassVar[list[str]] = [
            "status",
            "version",
            "text",
            "edited_at",
            "checked_by",
            "signed_by",
            "signed_at",
            "sent_to",
            "sent_at",
        ]
        read_only_fields = fields


class ReportBrief(serializers.ModelSerializer[Report]):
    """A report without its content."""

    status = serializers.ChoiceField(source="paper.status", choices=ReportPaper.Status.choices, read_only=True)

    class Meta:
        model = Report
        fields: ClassVar[list[str]] = [
            "id",
            "kind",
            "grid_code",
            "grid_name",
            "period_start",
            "period_end",
            "issue",
            "corrects",
            "reason",
            "status",
            "as_of",
            "input_hash",
            "definition_version",
            "created_at",
        ]
        read_only_fields = fields


class ReportSerializer(ReportBrief):
    """A report with everything it says: numbers, tables, lists and text as generated, and its paper."""

    paper = ReportPaperSerializer(read_only=True)

    class Meta(ReportBrief.Meta):
        fields: ClassVar[list[str]] = [*ReportBrief.Meta.fields, "paper", "snapshot"]
        read_only_fields = fields


class StrictDayField(serializers.DateField):
    """YYYY-MM-DD in ASCII digits only."""

    def to_internal_value(self, value: Any) -> Any:
        """Read the day; ValidationError for anything else."""
        try:
            return parse_day(value if isinstance(value, str) else "")
        except NotValid as error:
            raise serializers.ValidationError(error.fields["day"]) from error


class NewReportInput(StrictSerializer):
    """Which report is wanted: the kind, the grid's code and any day of a period that is over."""

    kind = serializers.ChoiceField(choices=Report.Kind.choices, default=str(Report.Kind.DAILY))
    grid = serializers.CharField(max_length=24, validators=[CODE_VALIDATOR])
    day = StrictDayField()


class CorrectionInput(StrictSerializer):
    """Why a report is counted anew."""

    reason = CleanTextSerializerField(max_length=500, multiline=True)


class VersionedInput(StrictSerializer):
    """`version` of the paper as the caller read it; with another one now the answer is 409."""

    version = serializers.IntegerField(min_value=1, max_value=MOST_VERSION, required=False)


class StepInput(VersionedInput):
    """One step of the paper; `reopen` needs words."""

    stage = serializers.ChoiceField(choices=STEPS)
    text = CleanTextSerializerField(max_length=500, required=False, allow_blank=True, default="", multiline=True)


class SectionInput(StrictSerializer):
    """A section of the text."""

    heading = CleanTextSerializerField(max_length=HEADING_LENGTH)
    paragraphs = serializers.ListField(
        child=CleanTextSerializerField(max_length=BODY_LENGTH), min_length=1, max_length=100
    )
    key = serializers.RegexField("^[a-z0-9_]*$", max_length=40, required=False, default="", allow_blank=True)


class TextInput(VersionedInput):
    """The whole text of a draft; an empty list gives back the text as generated."""

    sections = SectionInput(many=True)

    def validate_sections(self, given: list[Any]) -> list[Any]:
        """Not more than a report may have."""
        if len(given) > MOST_SECTIONS:
            raise serializers.ValidationError(_("A report has between 1 and 20 sections."))
        return given

    def as_sections(self) -> list[Section]:
        """What the business code takes."""
        return [
            Section(each["heading"], "\n".join(each["paragraphs"]), each["key"])
            for each in self.validated_data["sections"]
        ]


class SendInput(VersionedInput):
    """To whom a signed report goes: the lines 送 and 发, and the codes of grids whose readers get it."""

    main = CleanTextSerializerField(max_length=1000)
    copied = CleanTextSerializerField(max_length=1000, required=False, allow_blank=True, default="")
    grids = serializers.ListField(
        child=serializers.CharField(max_length=24, validators=[CODE_VALIDATOR]),
        required=False,
        default=list,
        max_length=200,
    )
