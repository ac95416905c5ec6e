"""How often each job is rung for; what is due then, the job reads from the database."""

from typing import Any, Final


def every(seconds: int, task: str) -> dict[str, Any]:
    """Give a beat entry. It expires soon after the next one is due, so that an outage leaves no heap of old rings."""
    return {"task": task, "schedule": seconds, "options": {"expire_seconds": seconds + seconds // 2 + 1}}


SCHEDULE: Final = {
    "dispatch-due": every(1, "incidents.tasks.dispatch_due"),
    "deliver-due": every(2, "notices.tasks.deliver_due"),
    "run-clocks": every(30, "incidents.tasks.run_clocks"),
    "remind-whistles": every(60, "incidents.tasks.remind_whistles"),
    "supervise-due": every(60, "incidents.tasks.supervise_due"),
    "resume-due": every(60, "incidents.tasks.resume_due"),
    "reckon-deadlines": every(60, "incidents.tasks.reckon_deadlines"),
    "watch-posts": every(24 * 3600, "incidents.tasks.watch_posts"),
    "remove-orphans": every(6 * 3600, "incidents.tasks.remove_orphans"),
    "draw-call-backs": every(1800, "incidents.tasks.draw_call_backs"),
    "withdraw-returned": every(600, "incidents.tasks.withdraw_returned"),
    "remind-of-visits": every(3600, "incidents.tasks.remind_of_visits"),
    "remind-rectifications": every(3600, "fieldwork.tasks.remind_rectifications"),
    "heartbeat": every(30, "notices.tasks.heartbeat"),
    "tidy": every(3600, "notices.tasks.tidy"),
    "write-due-reports": every(60, "reports.tasks.write_due_reports"),
    "keep-rollups": every(3, "reports.tasks.keep_rollups"),
    "reconcile-rollups": every(24 * 3600, "reports.tasks.reconcile_rollups"),
    "retrain-classifier": every(7 * 24 * 3600, "incidents.tasks.retrain_classifier"),
    "care-expiry": every(3600, "fieldwork.tasks.care_expiry"),
    "open-due-rounds": every(3600, "fieldwork.tasks.open_due_rounds"),
    "age-needs": every(3600, "partybuilding.tasks.age_needs"),
    "open-shifts": every(3600, "partybuilding.tasks.open_shifts"),
    "lapse-orders": every(600, "partybuilding.tasks.lapse_orders"),
    "return-cards": every(6 * 3600, "partybuilding.tasks.return_cards"),
    "settle-decisions": every(60, "partybuilding.tasks.settle_decisions"),
    "remind-councils": every(3600, "partybuilding.tasks.remind_councils"),
    "tell-claims": every(60, "volunteers.tasks.tell_claims"),
    "lapse-claims": every(600, "volunteers.tasks.lapse_claims"),
    "expire-points": every(3600, "volunteers.tasks.expire_points"),
    "send-statements": every(6 * 3600, "volunteers.tasks.send_statements"),
    "grow-up": every(24 * 3600, "volunteers.tasks.grow_up"),
    "carry-wishes": every(3600, "volunteers.tasks.carry_wishes"),
    "attend-services": every(600, "volunteers.tasks.attend_services"),
    "end-publicity": every(3600, "volunteers.tasks.end_publicity"),
    "remind-milestones": every(6 * 3600, "volunteers.tasks.remind_milestones"),
}
