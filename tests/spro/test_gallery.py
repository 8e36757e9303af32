"""The gallery: every component of the design system rendered, in debug only, under the same rules as any page."""

import itertools
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.test import RequestFactory

from core.blazes import BLAZES
from spro.views.gallery import gallery, symbol_ids


@pytest.fixture
def request_of_the_gallery(rf: RequestFactory) -> HttpRequest:
    request = rf.get("/galerie/")
    request.user = AnonymousUser()
    return request


@pytest.fixture
def page(request_of_the_gallery: HttpRequest, settings: Any) -> str:
    settings.DEBUG = True
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    return gallery(request_of_the_gallery).content.decode()


def test_the_gallery_is_for_debug_only(request_of_the_gallery: HttpRequest, settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(Http404):
        gallery(request_of_the_gallery)


def test_every_component_is_rendered(page: str) -> None:
    assert re.findall(r"</?c-[\w-]+", page) == []
    assert "{%" not in page
    assert "{{" not in page


def test_every_blaze_and_icon_is_shown(page: str) -> None:
    shown = set(re.findall(r'svg#([\w-]+)"', page))
    assert set(BLAZES) - shown == set()
    assert set(symbol_ids("icons.svg")) - shown == set()


def test_S2_nothing_inline_nothing_from_elsewhere(page: str) -> None:
    assert re.findall(r'\sstyle="|\son\w+="|<style', page) == []
    scripts = [tag for tag in re.findall(r"<script[^>]*>", page) if " src=" not in tag]
    assert scripts == ['<script id="points-carte" type="application/json">']
    assert re.findall(r'(?:src|href|action)="(?:https?:)?//', page) == []


def test_S1_every_id_is_unique_and_every_label_finds_its_field(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', page)) - set(ids) == set()
    described = {i for group in re.findall(r'aria-(?:describedby|labelledby)="([^"]+)"', page) for i in group.split()}
    assert described - set(ids) == set()


def test_S1_one_first_heading_and_no_level_skipped(page: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", page.split("<main")[1])]
    assert levels.count(1) == 1
    assert [(a, b) for a, b in itertools.pairwise(levels) if b > a + 1] == []
