from __future__ import annotations

from django.urls import URLPattern, path

from lorfolio.views import safe, safe_shares, safe_whole, share_page

urlpatterns: list[URLPattern] = [
    path("lorfolio/coffre/", safe.files, name="lorfolio_safe"),
    path("lorfolio/coffre/tout.zip", safe_whole.everything, name="lorfolio_safe_all"),
    path("lorfolio/coffre/trace/", safe_whole.trace, name="lorfolio_trace"),
    path("lorfolio/coffre/trace.csv", safe_whole.trace_csv, name="lorfolio_trace_csv"),
    path("lorfolio/coffre/verifier/", safe_whole.check, name="lorfolio_safe_check"),
    path("lorfolio/coffre/garanties/", safe_whole.guarantees, name="lorfolio_guarantees"),
    path("lorfolio/coffre/partages/", safe_shares.shares, name="lorfolio_shares"),
    path("lorfolio/coffre/partages/nouveau/", safe_shares.new, name="lorfolio_share_new"),
    path("lorfolio/coffre/partages/<uuid:share>/", safe_shares.share, name="lorfolio_share"),
    path("lorfolio/coffre/partages/<uuid:share>/retirer/", safe_shares.end, name="lorfolio_share_end"),
    path("lorfolio/coffre/<uuid:file>/", safe.one, name="lorfolio_file"),
    path("lorfolio/coffre/<uuid:file>/fichier/", safe.download, name="lorfolio_file_download"),
    path("lorfolio/coffre/<uuid:file>/supprimer/", safe.delete, name="lorfolio_file_delete"),
    path("partage/<slug:token>/", share_page.page, name="share_page"),
    path("partage/<slug:token>/<uuid:file>/", share_page.file, name="share_file"),
]
