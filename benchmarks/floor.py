"""The floor: the same questions by hand. psycopg 3, one prepared query with the right index, a string join, no more.

No template, no ORM, no header but the type: what the physics of this stack allows. It answers the same rows as our
pages (nearest places within a radius, or best and nearest for a status and a need; a page of fifty for the API).
"""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg

from benchmarks import floor_agenda
from benchmarks.questions import API_PAGE, PAGE, RADIUS, point
from core.geo import distance_km

PENALTY = {1: 0.0, 2: 15.0, 3: 30.0}
UNNAMED = 60.0

COMMUNE = "SELECT lat, lon, name FROM territories_commune WHERE insee = %s"
NEAR = """
SELECT s.slug, s.name, s.address, c.name, k.label, s.lat, s.lon, s.phone, s.provisional, s.services, ''
FROM territories_site s
JOIN territories_commune c ON c.insee = s.commune_id JOIN territories_sitekind k ON k.id = s.kind_id
WHERE s.listed AND s.position <@ circle(%(p)s::point, %(r)s)
ORDER BY s.position <-> %(p)s::point LIMIT %(n)s
"""
# The best targets first, the others only as far as they could still be among the first: a reader of territories/near.py
# would write this by hand.
_WALK = """
  SELECT l.id, l.d * %(scale)s + t.penalty AS score, t.reason
  FROM unnest(%(kinds{level})s::bigint[], %(penalties{level})s::float8[], %(reasons{level})s::text[])
       AS t (kind, penalty, reason)
  CROSS JOIN LATERAL (
    SELECT id, position <-> %(p)s::point AS d FROM territories_site
    WHERE listed AND kind_id = t.kind AND position <@ circle(%(p)s::point, {reach})
      AND NOT not_for @> ARRAY[%(status)s]::varchar[]
    ORDER BY position <-> %(p)s::point LIMIT %(n)s) l"""
_REACH = "greatest(0, least(%(r)s, (coalesce((SELECT score FROM farthest), 1e9) - t.penalty) / %(scale)s))"
ROUTED = f"""
WITH best AS MATERIALIZED ({_WALK.format(level=1, reach="%(r)s")}),
farthest AS MATERIALIZED (SELECT score FROM best ORDER BY score OFFSET %(n)s - 1 LIMIT 1),
others AS MATERIALIZED ({_WALK.format(level=2, reach=_REACH)})
SELECT s.slug, s.name, s.address, c.name, k.label, s.lat, s.lon, s.phone, s.provisional, s.services, f.reason
FROM (SELECT * FROM best UNION ALL SELECT * FROM others ORDER BY score LIMIT %(n)s) f
JOIN territories_site s ON s.id = f.id
JOIN territories_commune c ON c.insee = s.commune_id JOIN territories_sitekind k ON k.id = s.kind_id
ORDER BY f.score
"""
_COLUMNS = """
s.slug, s.name, s.description, s.address, s.postal_code, s.lat, s.lon, s.provisional, s.phone, s.email, s.website,
s.hours, s.hours_text, s.services, s.channels, s.publics, s.access, s.access_text, s.source, s.source_url,
s.source_updated_on, s.updated_at, k.slug AS kind, o.slug AS organisation, n.slug AS network, a.slug AS agency,
c.basin_id AS basin, s.commune_id, c.name AS commune_name"""
_JOINS = """
FROM territories_site s
JOIN territories_sitekind k ON k.id = s.kind_id JOIN members_organisation o ON o.id = s.organisation_id
LEFT JOIN members_network n ON n.id = s.network_id JOIN territories_agency a ON a.id = s.agency_id
JOIN territories_commune c ON c.insee = s.commune_id
"""
PAGE_OF_SITES = f"""
SELECT {_COLUMNS}, s.sort_key, s.id {_JOINS}
WHERE s.listed AND (s.sort_key, s.id) > (%(key)s, %(id)s) ORDER BY s.sort_key, s.id LIMIT %(n)s
"""
NEAR_SITES = f"""
SELECT {_COLUMNS} {_JOINS}
WHERE s.listed AND s.position <@ circle(%(p)s::point, %(r)s) ORDER BY s.position <-> %(p)s::point LIMIT %(n)s
"""
RULES = """
SELECT DISTINCT ON (kind_id) kind_id, rank, reason FROM territories_routingrule
WHERE kind_id IS NOT NULL AND status IN ('', %s) AND need IN ('', %s)
ORDER BY kind_id, status = '' , need = ''
"""

_connection: psycopg.Connection[Any] | None = None
_rules: dict[tuple[str, str], dict[str, list[Any]]] = {}


def database() -> psycopg.Connection[Any]:
    """The connection of this worker: one, kept, every statement prepared at its first use."""
    global _connection
    if _connection is None:
        _connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, prepare_threshold=0)
        # Planned once: planning these joins again at each request would cost ten times what reading the rows does.
        _connection.execute("SET plan_cache_mode = force_generic_plan")
    return _connection


def rules(status: str, need: str) -> dict[str, list[Any]]:
    """The kinds of places for a status and a need, read once."""
    if (status, need) not in _rules:
        said = {row[0]: row[1:] for row in database().execute(RULES, [status, need])}
        public = database().execute("SELECT id FROM territories_sitekind WHERE receives_public")
        targets = [
            (kind, PENALTY[said[kind][0]], *said[kind][1:]) if kind in said else (kind, UNNAMED, "")
            for (kind,) in public
        ]
        lowest = min(target[1] for target in targets)
        _rules[status, need] = {}
        for level, kept in ((1, [t for t in targets if t[1] == lowest]), (2, [t for t in targets if t[1] > lowest])):
            for place, name in enumerate(("kinds", "penalties", "reasons")):
                _rules[status, need][f"{name}{level}"] = [target[place] for target in kept]
    return _rules[status, need]


def start(query: dict[str, list[str]]) -> dict[str, Any]:
    lat, lon, name = database().execute(COMMUNE, [query["commune"][0]]).fetchone() or (0.0, 0.0, "")
    scale = math.cos(math.radians(lat))
    return {"lat": lat, "lon": lon, "name": name, "scale": scale, "p": point(lat, lon), "r": RADIUS / scale}


def near(query: dict[str, list[str]]) -> Iterable[str]:
    """The page of the nearest places, as a list of cards."""
    given = start(query) | {"n": PAGE + 1}
    routed = "statut" in query
    if routed:
        status = query["statut"][0]
        given |= rules(status, query["besoin"][0]) | {"status": status}
    rows = database().execute(ROUTED if routed else NEAR, given).fetchall()[:PAGE]
    yield f"<!doctype html><html lang='fr'><title>{escape(given['name'])}</title><body><ol>"
    for slug, name, address, town, kind, lat, lon, phone, provisional, services, last in rows:
        distance = distance_km(given["lat"], given["lon"], lat, lon)
        yield (
            f"<li><article><h3><a href='/lieux/{slug}/'>{escape(name)}</a></h3><p>{escape(kind)}</p>"
            f"<p>{escape(last) if routed else ''}</p><p>{escape(address)}, {escape(town)}</p>"
            f"<ul>{''.join(f'<li>{service}</li>' for service in services)}</ul><p>{escape(phone)}</p>"
            f"<p>{'à confirmer' if provisional else ''}</p><p>{distance:.1f} km</p></article></li>"
        )
    yield "</ol></body></html>"


def json_page(query: dict[str, list[str]]) -> bytes:
    """Fifty places from a place of the alphabet on, and where the next page starts."""
    key, last = "", 0
    if "cursor" in query:
        text = query["cursor"][0]
        _, key, last = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    cursor = database().execute(PAGE_OF_SITES, {"key": key, "id": last, "n": API_PAGE + 1})
    names = [column.name for column in cursor.description or ()]
    rows = cursor.fetchall()
    following = (
        base64.urlsafe_b64encode(orjson.dumps(["n", *rows[API_PAGE - 1][-2:]])) if len(rows) > API_PAGE else None
    )
    return orjson.dumps(
        {
            "next": following and following.decode(),
            "results": [dict(zip(names, row, strict=True)) for row in rows[:API_PAGE]],
        }
    )


def json_near(query: dict[str, list[str]]) -> bytes:
    """The fifty nearest places, with their distance."""
    given = start(query) | {"n": API_PAGE + 1}
    cursor = database().execute(NEAR_SITES, given)
    names = [column.name for column in cursor.description or ()]
    results = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()[:API_PAGE]]
    for item in results:
        item["distance_km"] = round(distance_km(given["lat"], given["lon"], item["lat"], item["lon"]), 1)
    return orjson.dumps({"results": results})


def rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All the rows of a statement."""
    return database().execute(statement, given).fetchall()


def rows_planned_each_time(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    """All the rows of a statement whose best plan depends on its values: they are written in it."""
    with psycopg.ClientCursor(database()) as cursor:
        return cursor.execute(statement, given).fetchall()


@cache
def agencies() -> dict[str, int]:
    """The key of each agency, read once."""
    return dict(rows("SELECT slug, id FROM territories_agency", {}))


HTML = "text/html; charset=utf-8"
ANSWERS: dict[str, tuple[str, Callable[[dict[str, list[str]]], Any]]] = {
    "/near": (HTML, lambda query: "".join(near(query)).encode()),
    "/json": ("application/json", json_page),
    "/json-near": ("application/json", json_near),
    "/agenda-coming": (HTML, lambda query: floor_agenda.coming(query, rows, agencies())),
    "/agenda-words": (HTML, lambda query: floor_agenda.words(query, rows_planned_each_time)),
    "/agenda-near": (HTML, lambda query: floor_agenda.near(query, rows, start(query))),
    "/agenda-json": ("application/json", lambda query: floor_agenda.sessions(query, rows)),
    "/agenda-feed": ("text/calendar; charset=utf-8", lambda query: floor_agenda.feed(query, rows)),
}


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    """The WSGI application."""
    kind, answer = ANSWERS[environ["PATH_INFO"]]
    body = answer(parse_qs(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]
