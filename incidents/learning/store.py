"""Versions of the reader: kept with their scores, one of them live, switched in one transaction."""

import hashlib
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.errors import NotNow
from accounts.models import User
from incidents.learning.linear import LinearReader, NotAReader
from incidents.models import ClassifierFile, ClassifierVersion

FILES_KEPT: Final = 6
"""Newest versions whose files stay; the scores of all stay for ever."""

State = ClassifierVersion.State


@transaction.atomic
def keep(version: ClassifierVersion, content: bytes) -> ClassifierVersion:
    """Write a new version with its file, and let go the files of old versions."""
    version.sha256, version.size = hashlib.sha256(content).hexdigest(), len(content)
    version.save(force_insert=True)
    ClassifierFile.objects.create(version=version, content=content)
    newest = list(ClassifierVersion.objects.order_by("-id").values_list("pk", flat=True)[:FILES_KEPT])
    ClassifierFile.objects.exclude(version__in=newest).exclude(version__state=State.LIVE).delete()
    return version


@transaction.atomic
def make_live(pk: int, *, actor: User | None, now: datetime) -> ClassifierVersion:
    """Let this version read from now on and retire the one before; NotNow when it is live or its file is gone."""
    rows = {row.pk: row for row in ClassifierVersion.objects.select_for_update().order_by("pk").filter(_at_stake(pk))}
    chosen = rows.pop(pk)
    if chosen.state == State.LIVE:
        raise NotNow(_("This version is live already."))
    if not ClassifierFile.objects.filter(version=chosen).exists():
        raise NotNow(_("The file of this version is not kept any more."))
    for other in rows.values():
        _retire(other, actor=actor, now=now)
    chosen.state, chosen.live_at, chosen.retired_at, chosen.changed_by = State.LIVE, now, None, actor
    chosen.save(update_fields=["state", "live_at", "retired_at", "changed_by"])
    return chosen


@transaction.atomic
def retire(pk: int, *, actor: User | None, now: datetime) -> ClassifierVersion:
    """Take the live version out of use: the seed lexicon reads alone. NotNow when it is not live."""
    version = ClassifierVersion.objects.select_for_update().get(pk=pk)
    if version.state != State.LIVE:
        raise NotNow(_("Only the live version can be retired."))
    _retire(version, actor=actor, now=now)
    return version


def load(pk: int, sha256: str) -> LinearReader:
    """The reader of a version from our own store; NotAReader when it is gone, or is not what was written."""
    file = ClassifierFile.objects.filter(version=pk).first()
    content = bytes(file.content) if file else b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise NotAReader(f"the file of version {pk} is not the one that was written")
    return LinearReader.from_bytes(content)


def _at_stake(pk: int) -> Q:
    return Q(pk=pk) | Q(state=State.LIVE)


def _retire(version: ClassifierVersion, *, actor: User | None, now: datetime) -> None:
    version.state, version.retired_at, version.changed_by = State.RETIRED, now, actor
    version.save(update_fields=["state", "retired_at", "changed_by"])
