"""One JSON object per log line, with the id of the request that caused it."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Attributes of every record; what else a caller passes through `extra` goes into the line.
ORDINARY = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
SIMPLE = (str, int, float, bool, type(None))


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON, so that no text of a user can break a line or forge one."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line: time in UTC, level, logger, words, request id, plain extras, traceback."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "text": record.getMessage(),
        }
        if current := request_id.get():
            line["request_id"] = current
        line |= {key: value for key, value in vars(record).items() if key not in ORDINARY and isinstance(value, SIMPLE)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
