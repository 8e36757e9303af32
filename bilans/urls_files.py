"""Documents of the bilans, to take away."""

from django.urls import URLPattern, path

from bilans.views import files

_DOCUMENT = "pro/bilans/<uuid:key>/document"

urlpatterns: list[URLPattern] = [
    path(f"{_DOCUMENT}.pdf", files.pdf, name="bilan_pdf"),
    path(f"{_DOCUMENT}.csv", files.csv, name="bilan_csv"),
    path(f"{_DOCUMENT}.xlsx", files.xlsx, name="bilan_xlsx"),
    path(f"{_DOCUMENT}.ods", files.ods, name="bilan_ods"),
    path(f"{_DOCUMENT}/produire/", files.make, name="bilan_produce"),
]
