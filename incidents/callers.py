"""Somebody calls again: the cases of a phone number, found by its keyed hash; each search is recorded."""

from datetime import datetime
from typing import Final

from django.http import HttpRequest

from accounts.access import record
from accounts.models import AccessEvent, User
from accounts.protect import blind_indexes
from incidents.models import Incident

FOUND: Final = 50


def cases_of_caller(phone: str, *, actor: User, now: datetime, request: HttpRequest | None = None) -> list[Incident]:
    """The visible cases that name this number as the reporter's contact, newest first.

    The record keeps the beginning of the hash, so that searches for one number can be told together, and how many
    cases were found; never the number.
    """
    indexes = [index for index in blind_indexes(phone, purpose="incident.contact") if index]
    rows = Incident.objects.visible_to(actor).filter(contact_index__in=indexes).select_related("grid", "category")
    found = list(rows.defer("text", "contact_name", "contact_phone", "grid__boundary").order_by("-id")[:FOUND])
    record(
        action=AccessEvent.Action.SEARCH,
        actor=actor,
        now=now,
        request=request,
        object_type="incident",
        object_id=indexes[0][:16] if indexes else "",
        fields="contact_phone",
        purpose=f"{len(found)}",
    )
    return found
