"""Repeats of the demo: reports of a matter that is being handled already, joined by the desk; one waits to be joined."""

from datetime import datetime, timedelta
from typing import Final

from django.utils import translation

from accounts.models import User
from incidents import clusters, duplicates
from incidents.intake import NewIncident, report_incident
from incidents.models import Incident
from incidents.models.incident import Source
from incidents.states import WITH_HANDLER

STREET: Final = "410103008"
AGAIN: Final = ("还是这个问题：{text}", "居民来电再次反映：{text}")
LOST: Final = "来电人说路边井盖响，说不清是哪条路，请先问清位置。"


def build_clusters(now: datetime) -> int:
    """Two lead cases with their repeats, one repeat that the desk has not joined yet, one case without a place."""
    operator = User.objects.filter(username="operator").first()
    if operator is None:
        return 0
    with translation.override("zh-hans"):
        leads = Incident.objects.filter(grid_code__startswith=STREET, state__in=WITH_HANDLER, point__isnull=False)
        for n, lead in enumerate(leads.order_by("-id")[:3]):
            found = [_repeat(lead, words, operator, now) for words in AGAIN[: 2 - n // 2]]
            if n < 2:
                _join(lead, found, operator, now)
        lost = NewIncident(text=LOST, source=Source.DESK, address="说不清", contact_phone="13800000000")
        report_incident(lost, actor=operator, now=now)
    return Incident.objects.filter(duplicate_of__isnull=False).count()


def _repeat(lead: Incident, words: str, operator: User, now: datetime) -> Incident:
    new = NewIncident(
        text=words.format(text=lead.text), source=Source.DESK, point=lead.point, address=lead.address, grid=None
    )
    return report_incident(new, actor=operator, now=now - timedelta(minutes=6))


def _join(lead: Incident, repeats: list[Incident], operator: User, now: datetime) -> None:
    """As one press of the desk's button does: the parts of the score are the reason."""
    for repeat in repeats:
        alike = [one for one in duplicates.candidates(repeat, user=operator, now=now) if one.incident.pk == lead.pk]
        reason = alike[0].words if alike else "同一处"
        scores = {repeat.pk: alike[0].as_data()} if alike else None
        clusters.join(lead.pk, [repeat.pk], actor=operator, now=now, reason=reason, scores=scores)
