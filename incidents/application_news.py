"""Who is told of an application: those who may review it next, then the applicant. In the transaction of the change."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from incidents.application_rules import reviewer_of
from incidents.models import Application
from incidents.people import holders
from notices.models import Notice
from notices.writing import notify


def tell_reviewers(application: Application, *, actor: User, now: datetime) -> None:
    """The people who may make the next review, without the applicant and whoever reviewed before."""
    able = holders(reviewer_of(application), application.incident.grid_code, now=now)
    busy = {application.applicant_id, actor.pk}
    people = [user for user in able if user.pk not in busy]
    with translation.override(settings.LANGUAGE_CODE):
        title = _("To be reviewed: %(kind)s · %(title)s") % _names(application)
        _write(application, people, Notice.Level.TASK, title, application.reason, f"review{application.step}", now)


def tell_applicant(application: Application, *, actor: User, now: datetime) -> None:
    """What became of it."""
    last = application.reviews.order_by("-step").first()
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(kind)s %(status)s: %(title)s") % _names(application)
        level = Notice.Level.INFO if application.status == Application.Status.APPROVED else Notice.Level.WARNING
        _write(application, [application.applicant], level, title, last.reason if last else "", "decided", now)


def _names(application: Application) -> dict[str, str]:
    return {
        "kind": application.get_kind_display(),
        "status": application.get_status_display(),
        "title": application.incident.title,
    }


def _write(
    application: Application, people: Iterable[User], level: str, title: str, body: str, occasion: str, now: datetime
) -> None:
    incident = application.incident
    notify(
        recipients=people,
        kind=f"application.{occasion.rstrip('0123456789')}",
        level=level,
        title=title,
        body=f"{incident.number}\n{body}",
        url=reverse("incidents:application", args=[application.pk]),
        dedupe_key=f"application:{application.pk}:{occasion}",
        grid_code=incident.grid_code,
        payload={
            "number": incident.number,
            "application": application.pk,
            "kind": application.kind,
            "status": application.status,
            "at": now.isoformat(),
        },
        now=now,
    )
