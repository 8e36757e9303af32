"""The bilans of one's own, to fill, hand in and read."""

from django.urls import URLPattern, path

from bilans.views import handing_in, own, writing

_BILAN = "pro/bilans/<uuid:key>/"

urlpatterns: list[URLPattern] = [
    path("pro/bilans/", own.listed, name="pro_bilans"),
    path(_BILAN, writing.overview, name="pro_bilan"),
    path(f"{_BILAN}questions/", writing.questions, name="pro_bilan_questions"),
    path(f"{_BILAN}relire/", handing_in.review, name="pro_bilan_review"),
    path(f"{_BILAN}deposer/", handing_in.submit, name="pro_bilan_submit"),
    path(f"{_BILAN}reprendre/", handing_in.take_back, name="pro_bilan_take_back"),
    path(f"{_BILAN}<slug:part>/", writing.part, name="pro_bilan_part"),
]
