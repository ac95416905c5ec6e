"""The stages of party work as data; `grid.stages` is the machine that takes them, and the only writer of a status."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from grid.stages import Stage, StageTable
from partybuilding.models import (
    Activity,
    DeputyOpinion,
    DutyShift,
    ForumMeeting,
    MemberCall,
    Need,
    PartyStep,
    Project,
    ReportIn,
    Resolution,
    Resource,
    ServiceOrder,
    StarClaim,
)

STAGES: Final[Mapping[type[Any], tuple[Stage, ...]]] = {
    ReportIn: (
        Stage("receive", ("reported",), "active", _("Receive and place"), "party.edit"),
        Stage("end", ("reported", "active"), "ended", _("End"), "party.edit", needs_text=True, danger=True),
    ),
    DutyShift: (
        Stage("attend", ("planned", "absent", "excused"), "attended", _("Stood there"), "party.edit"),
        Stage("miss", ("planned", "attended"), "absent", _("Was not there"), "party.edit"),
        Stage("excuse", ("planned", "absent"), "excused", _("Excused"), "party.edit", personal="member.user_id"),
        Stage("call_off", ("planned",), "called_off", _("Call off"), "party.edit", needs_text=True, danger=True),
    ),
    MemberCall: (
        Stage("finish", ("blown",), "done", _("Done"), "council.edit"),
        Stage("call_off", ("blown",), "called_off", _("Call off"), "council.edit", needs_text=True, danger=True),
    ),
    Need: (
        Stage("promise", ("open",), "promised", _("A unit promised"), "lists.edit"),
        Stage("run", ("promised", "delivered"), "running", _("Work has begun"), "lists.edit"),
        Stage("deliver", ("open", "promised", "running"), "delivered", _("Delivered"), "lists.edit"),
        Stage("meet", ("delivered",), "met", _("Met: confirm"), "lists.edit"),
        # the promise came to nothing, or the delivery was not what was needed: it waits again
        Stage("reopen", ("promised", "running", "delivered"), "open", _("Wait again"), "lists.edit"),
        Stage("give_up", ("open",), "unmet", _("Cannot be met"), "lists.edit", needs_text=True, danger=True),
        Stage("withdraw", ("open",), "withdrawn", _("Withdraw"), "lists.edit", needs_text=True, danger=True),
    ),
    Resource: (
        Stage("pause", ("offered",), "paused", _("Pause"), "lists.edit", addressed=True),
        Stage("offer", ("paused",), "offered", _("Offer again"), "lists.edit", addressed=True),
        Stage("end", ("offered", "paused"), "ended", _("End"), "lists.edit", danger=True, addressed=True),
    ),
    Project: (
        Stage("agree", ("proposed",), "agreed", _("Agree and promise a day"), "lists.edit", addressed=True),
        Stage("start", ("agreed",), "running", _("Begin"), "lists.edit", addressed=True),
        Stage("finish", ("agreed", "running"), "done", _("Done: tell the result"), "lists.edit", addressed=True),
        Stage("confirm", ("done",), "confirmed", _("Confirm for the one in need"), "lists.edit"),
        Stage("refuse", ("done",), "running", _("Not what was needed"), "lists.edit", needs_text=True),
        Stage("evaluate", ("confirmed",), "evaluated", _("Evaluate"), "lists.edit"),
        Stage(
            "drop",
            ("proposed", "agreed", "running"),
            "dropped",
            _("Drop"),
            "lists.edit",
            needs_text=True,
            danger=True,
            addressed=True,
        ),
    ),
    ServiceOrder: (
        Stage("issue", ("ordered",), "pool", _("Issue to the members"), "order.issue"),
        Stage("refuse", ("ordered",), "refused", _("Turn down"), "order.issue", needs_text=True, danger=True),
        # any member of the community may take it; `orders.take` asks
        Stage("take", ("pool",), "taken", _("Take"), "order.issue", asked_before=True),
        Stage(
            "give_back", ("taken",), "pool", _("Give back"), "order.issue", needs_text=True, personal="member.user_id"
        ),
        Stage("lapse", ("taken",), "pool", _("Back to the pool"), "order.issue"),
        Stage("finish", ("taken",), "done", _("Done"), "order.issue", personal="member.user_id"),
        Stage("rate", ("done",), "rated", _("Evaluate the service"), "order.issue"),
        Stage(
            "cancel",
            ("ordered", "pool", "taken"),
            "cancelled",
            _("Take the order back"),
            "order.issue",
            needs_text=True,
            danger=True,
        ),
    ),
    StarClaim: (
        Stage("deliver", ("pledged",), "delivering", _("First delivery"), "lists.edit", addressed=True),
        Stage("complete", ("pledged", "delivering"), "delivered", _("All delivered"), "lists.edit", addressed=True),
        Stage("review", ("pledged", "delivering", "delivered"), "reviewed", _("Yearly review"), "party.decide"),
        Stage(
            "drop",
            ("pledged", "delivering"),
            "dropped",
            _("Give up the pledge"),
            "lists.edit",
            needs_text=True,
            danger=True,
        ),
    ),
    Activity: (
        Stage("hold", ("planned",), "held", _("It was held"), "activity.edit"),
        Stage("call_off", ("planned",), "called_off", _("Call off"), "activity.edit", needs_text=True, danger=True),
    ),
    ForumMeeting: (
        Stage("hold", ("planned",), "held", _("Write the minutes"), "council.edit"),
        Stage("call_off", ("planned",), "called_off", _("Call off"), "council.edit", needs_text=True, danger=True),
    ),
    Resolution: (
        Stage("finish", ("open",), "done", _("Finish the decision"), "council.edit"),
        Stage("reopen", ("done",), "open", _("Carry out again"), "council.edit", needs_text=True),
        Stage("drop", ("open",), "dropped", _("Drop the decision"), "council.edit", needs_text=True, danger=True),
    ),
    DeputyOpinion: (
        Stage("work", ("received",), "working", _("Work on it"), "council.edit"),
        Stage("answer", ("received", "working"), "answered", _("Answer"), "council.edit", addressed=True),
        Stage("rate", ("answered",), "rated", _("Evaluate the answer"), "council.edit", personal="deputy_id"),
    ),
}


def code_of(row: Any, stage: Stage | None = None) -> str:
    """The grid code under which rights on `row` are asked."""
    return str(row.grid_code)


TABLE: Final = StageTable(STAGES, code_of, PartyStep)
advance, keep_step, open_to = TABLE.advance, TABLE.keep_step, TABLE.open_to
steps_of, story = TABLE.steps_of, TABLE.story

__all__ = ["STAGES", "TABLE", "advance", "code_of", "keep_step", "open_to", "steps_of", "story"]
