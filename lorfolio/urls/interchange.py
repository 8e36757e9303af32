from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import bringing, taking

urlpatterns: list[URLPattern] = [
    path("lorfolio/importer/", bringing.bring, name="lorfolio_import"),
    path("lorfolio/emporter/", taking.take, name="lorfolio_take"),
    path("lorfolio/export.zip", taking.everything, name="lorfolio_export"),
    path("lorfolio/resume.json", taking.resume, name="lorfolio_resume"),
    path("lorfolio/europass.xml", taking.europass, name="lorfolio_europass"),
    path("lorfolio/cv/<uuid:key>.json", taking.cv_json, name="lorfolio_cv_json"),
    path("lorfolio/cv/<uuid:key>.xml", taking.cv_xml, name="lorfolio_cv_xml"),
]
