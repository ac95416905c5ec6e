"""Import and export of master data through our own safe tables, in place of the formats of django-import-export."""

from typing import Any, ClassVar

import tablib
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import resources
from import_export.fields import Field
from import_export.formats.base_formats import Format
from import_export.widgets import ForeignKeyWidget

from accounts.errors import DomainError
from grid.access import demand
from grid.models import Compound, Grid, Organization
from grid.sheets import XLSX, read_table, write_csv, write_xlsx


class SafeFormat(Format):
    """A table read by `grid.sheets`, whatever its ending says."""

    def __init__(self, encoding: str | None = None) -> None:
        """The library hands in an encoding; ours is found from the content."""

    def create_dataset(self, in_stream: Any) -> Any:
        """The rows of the file; an unreadable file is an error of the form, not of the server."""
        raw = in_stream if isinstance(in_stream, bytes) else in_stream.encode()
        rows = read_table(raw, self.get_extension())
        header = list(rows[0]) if rows else []
        return tablib.Dataset(*(tuple(row.values()) for row in rows), headers=header)

    def can_import(self) -> bool:
        """Yes."""
        return True

    def can_export(self) -> bool:
        """Yes."""
        return True


class SafeXlsx(SafeFormat):
    """Excel without live formulas."""

    def get_title(self) -> str:
        """For the list of formats."""
        return "xlsx"

    def get_extension(self) -> str:
        """For the name of the file."""
        return "xlsx"

    def get_content_type(self) -> str:
        """For the browser."""
        return XLSX

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """The bytes of the workbook."""
        return write_xlsx(dataset.headers, dataset, as_of=timezone.now())


class SafeCsv(SafeFormat):
    """CSV that Excel opens as it is meant."""

    def get_title(self) -> str:
        """For the list of formats."""
        return "csv"

    def get_extension(self) -> str:
        """For the name of the file."""
        return "csv"

    def get_content_type(self) -> str:
        """For the browser."""
        return "text/csv"

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """The bytes of the file."""
        return write_csv(dataset.headers, dataset)


SAFE_FORMATS: list[type[Format]] = [SafeXlsx, SafeCsv]


class ScopedResource(resources.ModelResource):
    """Rows of a grid: the importing administrator must hold grid.edit there, in the dry run already."""

    grid = Field(attribute="grid", column_name="grid", widget=ForeignKeyWidget(Grid, "code"))

    def before_save_instance(self, instance: Any, row: Any, **kwargs: Any) -> None:
        """Ask for the right; a refusal is an error of that row."""
        try:
            demand(kwargs.get("user"), "grid.edit", instance.grid.code)
        except DomainError as error:
            raise ValueError(_("You may not edit the grid %(code)s.") % {"code": instance.grid.code}) from error


class OrganizationResource(ScopedResource):
    """Organizations by grid and short code."""

    class Meta:
        model = Organization
        import_id_fields: ClassVar[list[str]] = ["grid", "code"]
        fields: ClassVar[list[str]] = ["grid", "code", "kind", "name", "duties", "duty_phone", "address", "is_active"]
        skip_unchanged = True
        clean_model_instances = True


class CompoundResource(ScopedResource):
    """Compounds by grid and name."""

    class Meta:
        model = Compound
        import_id_fields: ClassVar[list[str]] = ["grid", "name"]
        fields: ClassVar[list[str]] = ["grid", "name", "address", "is_unmanaged", "households", "built_year"]
        skip_unchanged = True
        clean_model_instances = True
