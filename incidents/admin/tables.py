"""Import and export of the catalogue and of the calendar through our own safe tables: a dry run first, row by row."""

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import resources
from import_export.fields import Field
from import_export.widgets import BooleanWidget, DateWidget

from accounts.errors import DomainError
from incidents import cataloguing, limitwords
from incidents.models import CalendarDay, Category

TRUE, FALSE = ["是", "1", "TRUE", "true", "True", "yes"], ["否", "0", "FALSE", "false", "False", "no"]


class YesNo(BooleanWidget):
    """Yes and no as people write them; anything else is an error of the row."""

    TRUE_VALUES = TRUE
    FALSE_VALUES = FALSE

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """True or False; ValueError for other words."""
        if str(value).strip() in (*TRUE, *FALSE):
            return str(value).strip() in TRUE
        raise ValueError(_("Write 是 or 否, not “%(value)s”.") % {"value": str(value)[:20]})

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        """The same words."""
        return TRUE[0] if value else FALSE[0]


class CategoryResource(resources.ModelResource):
    """Classes by kind, standard and code; each row that changes something becomes a version of its class."""

    parent = Field(column_name="parent")
    keywords = Field(column_name="keywords")
    limits = Field(column_name="limits")
    needs_site_check = Field(attribute="needs_site_check", column_name="needs_site_check", widget=YesNo())
    is_automatic = Field(attribute="is_automatic", column_name="is_automatic", widget=YesNo())
    is_active = Field(attribute="is_active", column_name="is_active", widget=YesNo())

    class Meta:
        model = Category
        import_id_fields: ClassVar[list[str]] = ["kind", "standard", "code"]
        fields: ClassVar[list[str]] = [
            *("kind", "standard", "code", "name", "parent", "severity", "urgency", "keywords", "responsible"),
            *("needs_site_check", "is_automatic", "filing_condition", "closing_condition", "note", "is_active"),
            "limits",
        ]
        export_order: ClassVar[list[str]] = fields
        skip_unchanged = True
        clean_model_instances = True
        use_transactions = True

    def get_queryset(self) -> Any:
        """With what a row shows."""
        return Category.objects.select_related("parent").prefetch_related("limits")

    def dehydrate_parent(self, category: Category) -> str:
        """The code of the major class."""
        return category.parent.code if category.parent_id and category.parent else ""

    def dehydrate_keywords(self, category: Category) -> str:
        """Words with a space between."""
        return " ".join(category.keywords or ())

    def dehydrate_limits(self, category: Category) -> str:
        """The limits in one cell."""
        if category.pk is None:
            return ""
        rows = sorted(category.limits.all(), key=lambda row: (row.clock, row.urgency, row.step))
        return limitwords.written(cataloguing.line_of(row) for row in rows)

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Codes that a spreadsheet made numbers of keep what was typed: they are text cells in our own exports."""
        for name in ("kind", "standard", "code", "parent"):
            if name in row:
                row[name] = str(row[name] or "").strip()

    def skip_row(self, instance: Category, original: Category, row: Any, import_validation_errors: Any = None) -> bool:
        """A row that says what the class says already changes nothing."""
        if import_validation_errors or original.pk is None:
            return False
        said = {field.column_name: self.export_field(field, original) for field in self.get_export_fields()}
        return all(str(row[name] or "") == str(said.get(name) or "") for name in row)

    def before_save_instance(self, instance: Category, row: Any, **kwargs: Any) -> None:
        """What is no plain column: words and the major class."""
        if "keywords" in row:
            instance.keywords = str(row["keywords"] or "").split()
        if "parent" in row:
            instance.parent = self._parent(instance, row["parent"])

    def after_save_instance(self, instance: Category, row: Any, **kwargs: Any) -> None:
        """The limits, then the version; a refusal is an error of the row."""
        instance.__dict__.pop("_prefetched_objects_cache", None)  # the report shows the new limits
        locked = cataloguing.locked(instance.pk)
        try:
            if "limits" in row:
                cataloguing.replace_limits(locked, limitwords.read(str(row["limits"] or "")))
        except DomainError as error:
            raise ValueError(str(error)) from error
        reason = _("imported from “%(name)s”") % {"name": str(kwargs.get("file_name") or "")[-120:]}
        cataloguing.record(locked, actor=kwargs.get("user"), now=timezone.now(), reason=reason)

    @staticmethod
    def _parent(instance: Category, code: str) -> Category | None:
        if not code:
            return None
        majors = Category.objects.filter(kind=instance.kind, code=code, parent=None)
        found: Category | None = majors.filter(standard=instance.standard).first() or majors.first()
        if found is None:
            raise ValueError(_("There is no major class %(code)s of this kind.") % {"code": code})
        return found


class CalendarResource(resources.ModelResource):
    """Days by date."""

    day = Field(attribute="day", column_name="day", widget=DateWidget("%Y-%m-%d"))
    is_workday = Field(attribute="is_workday", column_name="is_workday", widget=YesNo())
    is_estimated = Field(attribute="is_estimated", column_name="is_estimated", widget=YesNo())

    class Meta:
        model = CalendarDay
        import_id_fields: ClassVar[list[str]] = ["day"]
        fields: ClassVar[list[str]] = ["day", "is_workday", "is_estimated", "name"]
        skip_unchanged = True
        clean_model_instances = True
