"""Addresses of the bilans: the espace pro, then what everybody reads. Each part of the room says its own."""

from django.urls import URLPattern

from bilans.urls_board import urlpatterns as board
from bilans.urls_figures import urlpatterns as figures
from bilans.urls_files import urlpatterns as files
from bilans.urls_public import urlpatterns as public
from bilans.urls_writing import urlpatterns as writing

# Words before the public id of a bilan, which is a UUID and never one of them.
urlpatterns: list[URLPattern] = [*board, *figures, *files, *writing, *public]
