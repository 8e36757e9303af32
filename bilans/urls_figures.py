"""The figures of the years, for who follows them."""

from django.urls import URLPattern, path

from bilans.views import figures

_YEAR = "pro/bilans/<int:year>/chiffres/"

urlpatterns: list[URLPattern] = [
    path("pro/bilans/chiffres/", figures.years, name="bilans_years"),
    path(_YEAR, figures.year, name="bilans_figures"),
    path(f"{_YEAR}<slug:key>/", figures.figure, name="bilans_figure"),
    path(f"{_YEAR}<slug:key>.<slug:form>", figures.figure_file, name="bilans_figure_file"),
]
