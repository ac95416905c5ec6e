"""The schedule of beat in the look of the other admin pages."""

from typing import Any

from django.contrib import admin
from django_celery_beat.admin import (
    CrontabScheduleAdmin,
    IntervalScheduleAdmin,
    PeriodicTaskAdmin,
    PeriodicTaskForm,
    TaskSelectWidget,
)
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

# Sunrise and single dates are of no use to an office.
for model in (PeriodicTask, IntervalSchedule, CrontabSchedule, SolarSchedule, ClockedSchedule):
    admin.site.unregister(model)


class DressedTaskSelect(UnfoldAdminSelectWidget, TaskSelectWidget):
    """The choice of a task, dressed."""


class DressedTaskForm(PeriodicTaskForm):
    """The library's form with the theme's widgets, which it sets by hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = DressedTaskSelect()


@admin.register(PeriodicTask)
class ScheduleAdmin(PeriodicTaskAdmin, ModelAdmin):
    """What beat rings, how often, and when it last did."""

    form = DressedTaskForm
    list_display = ("name", "enabled", "interval", "crontab", "last_run_at", "total_run_count")


@admin.register(IntervalSchedule)
class IntervalAdmin(IntervalScheduleAdmin, ModelAdmin):
    """Every so many seconds."""


@admin.register(CrontabSchedule)
class CrontabAdmin(CrontabScheduleAdmin, ModelAdmin):
    """At set times."""
