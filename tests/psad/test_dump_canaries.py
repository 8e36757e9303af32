"""A stolen dump, a stolen disk: nobody is named in them (S5). Apart from the other canaries: it really commits."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.psad import scopes
from tests.psad.scopes import MARKS, PHONES, told

ALL_MARKS = tuple(MARKS)


@pytest.mark.django_db(transaction=True)
def test_S5_a_dump_of_the_database_holds_no_name_telephone_nor_address() -> None:
    """As the owner of the tables, whom no policy stops: every column of every table, bytes included; then the files."""
    ground = scopes.build()
    client = Client()
    client.force_login(ground.people["head"])  # type: ignore[arg-type]
    client.get(f"/psad/troyes/dossiers/{ground.words['case']}/")
    parts = urlsplit(os.environ["DATABASE_OWNER_URL"])
    wanted = [mark.encode() for mark in MARKS.values()] + [phone.encode() for phone in PHONES.values()]
    hexes = [piece.hex() for mark in wanted for piece in {mark, mark.capitalize(), mark.upper()}]
    rows, found = 0, []
    known = connection.settings_dict
    with psycopg.connect(
        host=known["HOST"], port=known["PORT"], dbname=known["NAME"], user=parts.username, password=parts.password,
        autocommit=True,
    ) as owner:  # fmt: skip
        names = owner.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        ).fetchall()
        for (name,) in names:
            for (line,) in owner.execute(f"SELECT t::text FROM public.{name} t"):  # type: ignore[arg-type]
                low = line.lower()
                rows += name.startswith("psad_")
                if told(ALL_MARKS, low) or any(piece in low for piece in hexes):
                    found.append((name, told(ALL_MARKS, low)))
    assert rows > 60, "the dump does not see the rows of the room"
    assert found == []
    for file in Path(settings.MEDIA_ROOT).rglob("*"):
        if file.is_file():
            data = file.read_bytes().lower()
            assert not any(mark in data for mark in wanted), file.name
