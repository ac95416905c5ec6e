"""Who is told of a round, in the platform's own language; written in the transaction of the change."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from notices.models import Notice
from notices.writing import Message, notify, notify_all
from reports.honours.reading import NAMED
from reports.models import HonourRound, Nomination


def tell_shown(one: HonourRound, *, now: datetime) -> int:
    """Those on the public list, and whoever put them forward."""
    rows = Nomination.objects.filter(place__round=one, status__in=NAMED)
    people = User.objects.filter(pk__in=[*rows.values_list("person", flat=True), *_nominators(rows)])
    with translation.override(settings.LANGUAGE_CODE):
        return notify(
            recipients=people,
            kind="honour",
            level=Notice.Level.INFO,
            title=_("Shown to the public: %(name)s") % {"name": one.name},
            body=_("Objections are taken until %(day)s.") % {"day": one.public_until},
            url=reverse("reports:my_honours"),
            dedupe_key=f"honour-shown:{one.pk}:{one.version}",
            grid_code=one.grid_code,
            now=now,
        )


def _nominators(rows: Iterable[Nomination]) -> set[int | None]:
    return {row.nominated_by_id for row in rows}


def tell_awarded(one: HonourRound, rows: Iterable[Nomination], *, now: datetime) -> int:
    """Each honoured person, with the title and the number of the certificate."""
    with translation.override(settings.LANGUAGE_CODE):
        title = _("You were honoured: %(title)s")
        messages = [
            Message(
                recipients=[row.person],
                kind="honour",
                level=Notice.Level.INFO,
                title=title % {"title": row.place.title.name},
                body=_("%(round)s, %(heading)s, certificate %(number)s")
                % {"round": one.name, "heading": row.place.heading, "number": row.certificate},
                url=reverse("reports:my_honours"),
                dedupe_key=f"honoured:{row.pk}",
                grid_code=one.grid_code,
            )
            for row in rows
            if row.person is not None
        ]
        return notify_all(messages, now=now)
