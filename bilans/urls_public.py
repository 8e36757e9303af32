"""What everybody reads: the syntheses that the Region published."""

from django.urls import URLPattern, path

from bilans.views import public

urlpatterns: list[URLPattern] = [
    path("bilans/", public.years, name="bilans"),
    path("bilans/<int:year>/", public.year, name="bilan_year"),
    path("bilans/<int:year>/synthese.pdf", public.pdf, name="bilan_year_pdf"),
    path("bilans/<int:year>/synthese.<slug:form>", public.workbook, name="bilan_year_file"),
]
