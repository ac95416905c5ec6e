"""Categories with their time limits and versions, the limits of all, and the rules of procedure."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.db.models.expressions import F, Window
from django.db.models.functions import Lag
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportExportModelAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.errors import DomainError
from grid.admin.tables import SAFE_FORMATS
from incidents import cataloguing
from incidents.admin.reading import ReadOnlyInline
from incidents.admin.tables import CategoryResource
from incidents.models import Category, CategoryVersion, Procedure, TimeLimit
from incidents.models.incident import Source
from incidents.versions import differences


class ChainFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The limits of one class: steps run 1, 2, 3 … in each chain."""

    def clean(self) -> None:
        """Refuse a chain with a gap."""
        super().clean()
        rows = [form.cleaned_data for form in self.forms if form.is_valid() and form.cleaned_data]
        kept = [row for row in rows if not row.get("DELETE")]
        try:
            cataloguing.check_steps((row["clock"], row["urgency"], row["step"]) for row in kept)
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error


class LimitInline(TabularInline):
    """The limits of one category; a stage without one follows the limits of all."""

    model = TimeLimit
    formset = ChainFormSet
    extra = 0
    fields = ("clock", "urgency", "step", "step_name", "amount", "unit", "source")


class VersionInline(ReadOnlyInline):
    """Who changed what, when and why, newest first."""

    model = CategoryVersion
    fields = ("version", "at", "by", "reason", "said")
    readonly_fields = fields
    ordering = ("-version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Each with what the version before it said, in one query."""
        before = Window(Lag("values"), partition_by=[F("category")], order_by=F("version").asc())
        return super().get_queryset(request).select_related("by").annotate(before=before)

    @admin.display(description=_("changes"))
    def said(self, version: CategoryVersion) -> SafeString:
        """The differences, one in a line."""
        lines = differences(version.before, version.values)  # type: ignore[attr-defined]
        return format_html_join("", "<div>{}</div>", ((line,) for line in lines))


class CategoryForm(forms.ModelForm):  # type: ignore[type-arg]
    """A class, and why it is changed."""

    change_reason = forms.CharField(
        label=_("reason of the change"), max_length=200, widget=UnfoldAdminTextInputWidget, strip=True
    )

    class Meta:
        model = Category
        exclude: ClassVar[list[str]] = []


@admin.register(Category)
class CategoryAdmin(ImportExportModelAdmin, ModelAdmin):
    """大类 and 小类. Every change is a version with its reason; a class that was ever used is retired, not deleted."""

    form = CategoryForm
    resource_classes = (CategoryResource,)
    import_form_class = ImportForm
    export_form_class = ExportForm
    formats = SAFE_FORMATS
    list_display = ("name", "code", "standard", "kind", "parent", "severity", "urgency", "version", "is_active")
    list_filter = ("kind", "standard", "is_active", "severity", "urgency", ("parent", admin.RelatedOnlyFieldListFilter))
    search_fields = ("name", "code", "parent__name", "responsible")
    list_select_related = ("parent",)
    autocomplete_fields = ("parent",)
    inlines: ClassVar[list[Any]] = [LimitInline, VersionInline]
    list_per_page = 50
    actions = ("retire", "restore")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The key of a class is for ever: cases, rules and imports name it."""
        return ("kind", "standard", "code") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: cases and versions name their class."""
        return False

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Who may add and change classes."""
        return self.has_add_permission(request) and self.has_change_permission(request)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After the class and its limits: the version, in the same transaction."""
        super().save_related(request, form, formsets, change)
        category = cataloguing.locked(form.instance.pk)
        cataloguing.record(
            category, actor=_actor(request), now=timezone.now(), reason=form.cleaned_data["change_reason"]
        )

    @admin.action(description=_("Take out of use (its cases keep it)"), permissions=["change"])
    def retire(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Retire the chosen classes."""
        self._turn(request, rows.filter(is_active=True), cataloguing.retire, gettext("taken out of use in the list"))

    @admin.action(description=_("Take into use again"), permissions=["change"])
    def restore(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        """Take the chosen classes into use again."""
        self._turn(request, rows.filter(is_active=False), cataloguing.restore, gettext("taken into use in the list"))

    def _turn(self, request: HttpRequest, rows: QuerySet[Any], turn: Any, reason: str) -> None:
        chosen = list(rows.values_list("pk", flat=True))
        for pk in chosen:
            turn(pk, actor=_actor(request), now=timezone.now(), reason=reason)
        messages.success(request, gettext("Classes changed: %(n)s.") % {"n": len(chosen)})


def _actor(request: HttpRequest) -> Any:
    return request.user


@admin.register(TimeLimit)
class TimeLimitAdmin(ModelAdmin):
    """Limits for every category that names none of its own; those of a category stand on its page."""

    list_display = ("clock", "urgency", "amount", "unit", "source")
    list_filter = ("clock", "urgency")
    fields = ("clock", "urgency", "amount", "unit", "source")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those without a category."""
        return super().get_queryset(request).filter(category__isnull=True)


_WEIGHTS = ("response_weight", "resolution_weight", "satisfaction_weight")


@admin.register(Procedure)
class ProcedureAdmin(ModelAdmin):
    """The one row of the office's own rules."""

    fieldsets = (
        (_("Verification"), {"fields": ("verify_sources", "verify_urgent")}),
        (
            _("Applications"),
            {"fields": ("most_extensions", "longest_suspension_days", "longest_deferral_days")},
        ),
        (_("Dispatch"), {"fields": ("returns_to_arbitration", "automatic_confidence")}),
        (
            _("After the closing"),
            {"fields": ("call_back_share", *_WEIGHTS, "substantive_days")},
        ),
        (_("Duplicates"), {"fields": ("duplicate_days", "duplicate_metres")}),
        (_("Supervision"), {"fields": ("supervision_prefix",)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only while there is none."""
        return super().has_add_permission(request) and not Procedure.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: the defaults would silently come back."""
        return False

    def save_model(self, request: HttpRequest, obj: Procedure, form: Any, change: bool) -> None:
        """Always the first row."""
        obj.pk = 1
        super().save_model(request, obj, form, change)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """Ticks for the sources."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.base_fields["verify_sources"] = forms.MultipleChoiceField(
            label=_("sources whose reports are verified on site before filing"),
            choices=Source.choices,
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        return form
