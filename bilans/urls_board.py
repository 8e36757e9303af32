"""The board of completion."""

from django.urls import URLPattern, path

from bilans.views import board

urlpatterns: list[URLPattern] = [
    path("pro/bilans/<int:year>/suivi/", board.board, name="bilans_board"),
    path("pro/bilans/<int:year>/suivi/liste.<slug:form>", board.board_file, name="bilans_board_file"),
    path("pro/bilans/<int:year>/suivi/relancer/", board.remind, name="bilans_board_remind"),
]
