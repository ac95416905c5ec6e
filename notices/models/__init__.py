"""Models of `notices`, one subject per file."""

from notices.models.endpoint import Endpoint
from notices.models.job import Job
from notices.models.leased import LeasedWork
from notices.models.notice import Delivery, Notice

__all__ = ["Delivery", "Endpoint", "Job", "LeasedWork", "Notice"]
