"""How a form of field work answers: as every daily form does, and with both versions on a conflict."""

from django.http import HttpRequest, HttpResponse

from accounts.answers import kept_otherwise, refused, sent, wants_json
from grid.once import Conflict

__all__ = ["conflicting", "refused", "sent", "wants_json"]


def conflicting(request: HttpRequest, error: Conflict, url: str, words: str) -> HttpResponse:
    """The id was used for other words: the queue gets what stands here, and shows both to a person (409)."""
    if wants_json(request):
        return kept_otherwise(error, url, words)
    raise error
