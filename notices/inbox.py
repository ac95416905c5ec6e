"""Reading one's messages."""

from datetime import datetime
from typing import Final

from accounts.models import User
from notices.models import Notice

MOST_COUNTED: Final = 100
"""The bell shows "99+" from here on; counting further would cost a look at every row."""


def unread_count(user: User) -> int:
    """How many messages wait, counted up to 100."""
    # Without an order: the partial index alone answers.
    return Notice.objects.visible_to(user).unread().order_by()[:MOST_COUNTED].count()


def mark_read(*, actor: User, notice_id: int, now: datetime) -> Notice | None:
    """Mark one of the actor's own messages as read (a second time changes nothing); None when she has no such one."""
    notice: Notice | None = Notice.objects.visible_to(actor).filter(pk=notice_id).first()
    if notice is not None and notice.read_at is None:
        Notice.objects.unread().filter(pk=notice.pk).update(read_at=now)
        notice.read_at = now
    return notice


def mark_all_read(*, actor: User, now: datetime) -> int:
    """Mark all of the actor's messages as read; gives how many there were."""
    return Notice.objects.visible_to(actor).unread().update(read_at=now)
