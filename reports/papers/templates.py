"""The office's own Word files: checked, kept, filled. One is in use for each kind and office; the nearest one counts.

A template that fails is a warning and the built-in layout, never an error: the paper has to go out today.
"""

import hashlib
import io
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from docx.opc.constants import RELATIONSHIP_TYPE
from docxtpl import DocxTemplate
from jinja2 import TemplateError

from accounts.errors import NotNow, NotValid
from accounts.models import User
from accounts.text_guard import clean_text
from grid.access import demand
from grid.models import Grid
from incidents.people import on_the_way
from reports.documents.blocks import Document
from reports.documents.word import build_word
from reports.documents.zips import timeless
from reports.models import DocumentTemplate
from reports.papers.context import KINDS, report_context, sample
from reports.papers.guard import check_docx
from reports.papers.strict import NotUnderstood, StrictEnvironment

Json = Mapping[str, Any]
CAPABILITY: Final = "report.sign"
"""Who signs papers decides how they look."""
FIRST: Final = datetime(2000, 1, 1, tzinfo=UTC)
NAME_LENGTH: Final = 120
TEMPLATE_FAILED: Final = gettext_lazy("The office's template failed; the document came in the built-in layout.")

logger = logging.getLogger(__name__)


def in_use(kind: str, code: str) -> DocumentTemplate | None:
    """The template of the office of the grid `code`, else of the nearest office above; one query."""
    rows = DocumentTemplate.objects.filter(kind=kind, is_active=True, grid__code__in=on_the_way(code))
    return rows.order_by("-grid__level", "-pk").first()


def render(kind: str, grid: Grid, context: Json, *, as_of: datetime = FIRST) -> bytes | None:
    """The document in the office's template; None when there is none in use or it fails (that is logged).

    The same content and template give the same bytes; `as_of` is the only time in the file.
    """
    content, _failed = rendered(kind, grid.code, lambda: context, as_of=as_of)
    return content


def rendered(kind: str, code: str, context: Callable[[], Json], *, as_of: datetime) -> tuple[bytes | None, bool]:
    """The file or None, and whether a template is in use that failed. `context` is asked for only when there is one."""
    template = in_use(kind, code)
    if template is None:
        return None, False
    try:
        return fill(bytes(template.content), kind, context(), as_of=as_of), False
    except Exception:  # whatever an old template does, the paper goes out in the built-in layout
        logger.warning("document template %s of %s failed, built-in layout used", template.pk, kind, exc_info=True)
        return None, True


def report_word(kind: str, code: str, document: Document, *, grid_name: str = "") -> tuple[bytes, bool]:
    """A report in the template of its office, else in the built-in layout; and whether a template failed."""
    blocks = list(document.blocks)
    content, failed = rendered(kind, code, lambda: report_context(blocks, grid=grid_name), as_of=document.as_of)
    return (build_word(document) if content is None else content), failed


def fill(data: bytes, kind: str, context: Json, *, as_of: datetime = FIRST) -> bytes:
    """Fill the marks of a checked file. NotUnderstood and jinja's TemplateError for a template that says nonsense."""
    template = DocxTemplate(io.BytesIO(data))
    _name_properties(template)
    template.render(dict(context), StrictEnvironment(sample(kind)), autoescape=True)
    properties = template.docx.core_properties
    properties.created = properties.modified = as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.title, properties.author = str(context["title"])[:255], str(context["office"])[:255]
    properties.last_modified_by, properties.revision = "", 1
    out = io.BytesIO()
    template.save(out)
    return timeless(out.getvalue())


def _name_properties(template: Any) -> None:
    """LibreOffice names the relation to the properties otherwise: python-docx would add a second part of one name."""
    for relation in template.get_docx().part.package.rels.values():
        if relation.reltype.endswith("/metadata/core-properties"):
            relation._reltype = RELATIONSHIP_TYPE.CORE_PROPERTIES


def upload(kind: str, grid: Grid, *, name: str, data: bytes, actor: User, now: datetime) -> DocumentTemplate:
    """Check the file, fill it once with made-up content, and use it from now on instead of the one before.

    NotAllowed without `report.sign`; NotValid with the reason, in words for the author of the file.
    """
    demand(actor, CAPABILITY, grid.code)
    if kind not in KINDS:
        raise NotValid(_("Please correct the marked fields."), {"kind": [_("Choose one of the kinds shown.")]})
    check_docx(data)
    _try_out(data, kind)
    with transaction.atomic():
        _lock(grid)
        DocumentTemplate.objects.filter(kind=kind, grid=grid, is_active=True).update(is_active=False)
        return DocumentTemplate.objects.create(
            kind=kind,
            grid=grid,
            name=clean_text(name or "template.docx", max_length=NAME_LENGTH),
            content=data,
            digest=hashlib.sha256(data).hexdigest(),
            uploaded_by=actor,
            uploaded_at=now,
        )


def _lock(grid: Grid) -> None:
    """Two uploads at once come one after the other."""
    Grid.objects.select_for_update(no_key=True).values("pk").get(pk=grid.pk)


def _try_out(data: bytes, kind: str) -> None:
    """NotValid unless the template can be filled with every mark that there is."""
    try:
        fill(data, kind, sample(kind))
    except NotUnderstood as error:
        _refuse(str(error))
    except TemplateError as error:
        near = " ".join("".join(getattr(error, "docx_context", ())).split())[:80]
        said = _("A mark is written wrongly near “%(text)s”: a bracket is missing, or what was begun is not ended.")
        _refuse(said % {"text": near})
    except Exception as error:  # a file that Word's own rules forbid may fail anywhere in the libraries
        logger.info("document template refused", exc_info=True)
        raise _refusal(_("The file cannot be filled. Begin with the built-in template and change that.")) from error
    if not _has_marks(data):
        _refuse(_("This file has no marks in double braces: every document would come out with the same words."))


def _has_marks(data: bytes) -> bool:
    """Whether anything is filled in: a finished document taken for a template would replace all that follow."""
    words = re.sub(r"<[^>]+>", "", str(DocxTemplate(io.BytesIO(data)).get_docx().element.body.xml))
    return "{{" in words


def _refuse(said: str) -> None:
    raise _refusal(said)


def _refusal(said: str) -> NotValid:
    return NotValid(said, {"file": [said]})


def switch(pk: int, *, on: bool, actor: User) -> DocumentTemplate:
    """Use a template, or go back to the built-in layout. NotNow when another one is in use."""
    with transaction.atomic():
        template = DocumentTemplate.objects.select_related("grid").get(pk=pk)
        demand(actor, CAPABILITY, template.grid.code)
        _lock(template.grid)
        others = DocumentTemplate.objects.filter(kind=template.kind, grid=template.grid, is_active=True)
        if on and others.exclude(pk=pk).exists():
            raise NotNow(_("Another template of this kind is in use. Switch it off first."))
        template.is_active = on
        template.save(update_fields=["is_active"])
    return template
