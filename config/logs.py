"""The format of log lines: an event and its fields, as text in development and as JSON in production.

No line has a token or a code in it, whoever wrote it: what a library copies from an address is struck out last, where
every line goes through.
"""

import logging
import re
from typing import Any

import structlog

# The parameters of our addresses that open something. A value ends where an address or a quoted one does.
SECRET = re.compile(r"(?P<name>[?&](?:t|code|key|token)=)[^&\s\"'<>\\]+")


def without_secrets(_logger: Any, _method: str, line: Any) -> str:
    """The last step of a line: `?t=…` for `?t=WyJsb29rI…`."""
    return SECRET.sub(r"\g<name>…", str(line))


def formatter(colour: bool, as_json: bool) -> logging.Formatter:
    """The formatter that both structlog's events and other libraries' lines go through."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    last: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if as_json
        # Not rich's tracebacks, which structlog uses if rich is installed: rendering one takes a busy process seconds,
        # and it prints the values of local variables.
        else [structlog.dev.ConsoleRenderer(colors=colour, exception_formatter=structlog.dev.plain_traceback)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, without_secrets],
    )


def configuration(level: str, as_json: bool) -> dict[str, Any]:
    """Django's LOGGING: everything to the console, other libraries only when something is wrong."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"event": {"()": "config.logs.formatter", "colour": False, "as_json": as_json}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "event"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "daphne": {"level": "WARNING"},
            "celery": {"level": "WARNING"},
            "kombu": {"level": "WARNING"},
            "asyncio": {"level": "WARNING"},
        },
    }
