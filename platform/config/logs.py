"""Log lines: time, level, place. The text of an exception stays out, since it may quote what somebody entered."""

import logging
import traceback
from types import TracebackType

from config.pages import reference_of

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class LineFormatter(logging.Formatter):
    """Adds the reference shown on the error page; says where an exception happened and its type, not its text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with the reference when the record belongs to a request that crashed."""
        line = super().format(record)
        request = getattr(record, "request", None)
        if request is not None and record.levelno >= logging.ERROR:
            return f"{line}\nreference {reference_of(request)}"
        return line

    def formatException(self, ei: ExcInfo) -> str:  # noqa: N802 (the name logging calls)
        """Types and places of an exception and of those it came from."""
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            places = "".join(traceback.format_tb(error.__traceback__))
            lines.insert(0, f"{places}{type(error).__module__}.{type(error).__qualname__}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\nwhich led to:\n".join(lines)
