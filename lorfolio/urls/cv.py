from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import cv_editor, cv_files, cv_pdf, cvs

urlpatterns: list[URLPattern] = [
    path("lorfolio/cv/", cvs.all_of_mine, name="lorfolio_cvs"),
    path("lorfolio/cv/nouveau/", cvs.new, name="lorfolio_cv_new"),
    path("lorfolio/cv/modeles/<slug:model>/", cv_editor.model, name="lorfolio_cv_model"),
    path("lorfolio/cv/<uuid:key>/", cv_editor.editor, name="lorfolio_cv"),
    path("lorfolio/cv/<uuid:key>.pdf", cv_pdf.pdf, name="lorfolio_cv_pdf"),
    path("lorfolio/cv/<uuid:key>/apercu/", cv_editor.preview, name="lorfolio_cv_preview"),
    path("lorfolio/cv/<uuid:key>/vignette/", cv_editor.sketch, name="lorfolio_cv_sketch"),
    path("lorfolio/cv/<uuid:key>/vu/", cv_editor.seen, name="lorfolio_cv_seen"),
    path("lorfolio/cv/<uuid:key>.docx", cv_files.docx, name="lorfolio_cv_docx"),
    path("lorfolio/cv/<uuid:key>.odt", cv_files.odt, name="lorfolio_cv_odt"),
    path("lorfolio/cv/<uuid:key>/machine/", cv_files.machine_read, name="lorfolio_cv_machine"),
    path("lorfolio/cv/<uuid:key>/copier/", cvs.copied, name="lorfolio_cv_copy"),
    path("lorfolio/cv/<uuid:key>/supprimer/", cvs.deleted, name="lorfolio_cv_delete"),
]
