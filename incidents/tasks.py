"""Celery doors of `incidents`: beat rings, the rows in the database say what is due."""

from celery import shared_task
from django.utils import timezone

from incidents import callbacks, deadlines, dispatch, dispute_news, photostore, reckoning, resting, solving, vacancies
from incidents.learning import retraining_process
from incidents.supervision_rules import write_due
from incidents.whistle_reminders import remind_late
from notices.jobs import job

MOST = 4000
"""Incidents that one run dispatches at most; the next second rings again."""


@shared_task(name="incidents.tasks.dispatch_due")
def dispatch_due() -> int:
    """Classify and dispatch what has been reported."""
    return _dispatch_due()


@job("incidents.dispatch_due")
def _dispatch_due() -> int:
    """Round by round, each with its own moment, because a lease counts from it."""
    done = 0
    while done < MOST and (count := dispatch.dispatch_due(now=timezone.now())):
        done += count
    return done


@shared_task(name="incidents.tasks.run_clocks")
def run_clocks() -> int:
    """Warn of deadlines and mark those that have passed."""
    return _run_clocks()


@job("incidents.run_clocks")
def _run_clocks() -> int:
    return deadlines.run_clocks(now=timezone.now())


@shared_task(name="incidents.tasks.resume_due")
def resume_due() -> int:
    """Let suspended and deferred cases go on whose day has come."""
    return _resume_due()


@job("incidents.resume_due")
def _resume_due() -> int:
    return resting.resume_due(now=timezone.now())


@shared_task(name="incidents.tasks.reckon_deadlines")
def reckon_deadlines() -> int:
    """Reckon the due times of open cases anew when the calendar has changed."""
    return _reckon_deadlines()


@job("incidents.reckon_deadlines")
def _reckon_deadlines() -> int:
    return reckoning.reckon_if_changed(now=timezone.now())


@shared_task(name="incidents.tasks.remove_orphans")
def remove_orphans() -> int:
    """Delete photo files that no row points to."""
    return _remove_orphans()


@job("incidents.remove_orphans")
def _remove_orphans() -> int:
    return photostore.remove_orphans(now=timezone.now())


@shared_task(name="incidents.tasks.remind_whistles")
def remind_whistles() -> int:
    """Remind units that are late with a whistle."""
    return _remind_whistles()


@job("incidents.remind_whistles")
def _remind_whistles() -> int:
    return remind_late(now=timezone.now())


@shared_task(name="incidents.tasks.draw_call_backs")
def draw_call_backs() -> int:
    """Draw yesterday's ended cases that are called back."""
    return _draw_call_backs()


@job("incidents.draw_call_backs")
def _draw_call_backs() -> int:
    return callbacks.draw_due(now=timezone.now())


@shared_task(name="incidents.tasks.withdraw_returned")
def withdraw_returned() -> int:
    """Withdraw “solved” where the same trouble has returned."""
    return _withdraw_returned()


@job(solving.JOB)
def _withdraw_returned() -> int:
    return solving.withdraw_returned(now=timezone.now())


@shared_task(name="incidents.tasks.remind_of_visits")
def remind_of_visits() -> int:
    """Tell mediators of the follow-up visits that are due."""
    return _remind_of_visits()


@job("incidents.remind_of_visits")
def _remind_of_visits() -> int:
    return dispute_news.remind_of_visits(now=timezone.now())


@shared_task(name="incidents.tasks.watch_posts")
def watch_posts() -> int:
    """Tell of grids without a leader and of work that was left behind."""
    return _watch_posts()


@job("incidents.watch_posts")
def _watch_posts() -> int:
    return vacancies.tell(now=timezone.now())


@shared_task(name="incidents.tasks.retrain_classifier", soft_time_limit=660, time_limit=720)
def retrain_classifier() -> int:
    """Learn from the newest ended cases; what is better goes live."""
    return _retrain_classifier()


@job("incidents.retrain_classifier")
def _retrain_classifier() -> int:
    return retraining_process.run()


@shared_task(name="incidents.tasks.supervise_due")
def supervise_due() -> int:
    """Write the supervision notices that rules ask for."""
    return _supervise_due()


@job("incidents.supervise_due")
def _supervise_due() -> int:
    return write_due(now=timezone.now())
