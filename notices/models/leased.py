"""Work that waits in a table until a worker claims it (reliability.md 1.4).

The row is the queue: it is written in the transaction of the change that needs
the work; a worker takes a lease, does the work, and marks the row done. A
killed worker leaves a lease that runs out; work that failed too often is
quarantined and shown to a person.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class WorkState(models.TextChoices):
    """Where a piece of work stands."""

    DUE = "due", _("Waiting")
    LEASED = "leased", _("In work")
    DONE = "done", _("Done")
    DEAD = "dead", _("Quarantined")
    DISCARDED = "discarded", _("Discarded")


class LeasedWork(models.Model):
    """Abstract row of work: due at `run_at`, leased until `lease_until` under `lease_token`."""

    work_state = models.CharField(_("work state"), max_length=10, choices=WorkState.choices, default=WorkState.DUE)
    run_at = models.DateTimeField(_("due at"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("leased until"), null=True, blank=True)
    lease_token = models.UUIDField(_("lease"), null=True, blank=True, editable=False)
    last_error = models.TextField(_("last error"), blank=True, default="")
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        abstract = True
        indexes: ClassVar[list[models.Index]] = [
            # claiming: only live rows are in the index, so it stays small for ever
            models.Index(
                fields=["run_at", "id"],
                name="%(class)s_live_idx",
                condition=models.Q(work_state__in=["due", "leased"]),
            ),
        ]
