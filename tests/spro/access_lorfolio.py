"""Who opens the private pages of Lorfolio among the roles of the matrix: nobody there has a portfolio.

Each is led to open one, whatever their role: a mandate gives no right over anybody's Lorfolio (L1). With ids and
portfolios: `tests/lorfolio/test_access.py`.
"""

from __future__ import annotations

import re

from lorfolio.urls import urlpatterns

# A button alone, whoever asks.
FORMS = {
    "lorfolio/alertes/arreter/", "lorfolio/cv/<uuid:key>/copier/", "lorfolio/cv/<uuid:key>/vu/", "lorfolio/site/creer/",
    "lorfolio/site/fermer/",
}  # fmt: skip
NOBODY = "00000000-0000-4000-8000-000000000000"


def routes() -> dict[str, str]:
    """An address of each page of one's own."""
    found = (str(pattern.pattern) for pattern in urlpatterns if getattr(pattern.callback, "login_required", True))
    return {route: _sample(route) for route in sorted(found) if route.startswith("lorfolio/")}


def _sample(route: str) -> str:
    samples = {"uuid": NOBODY, "int": "1"}
    return "/" + re.sub(r"<(\w+):\w+>", lambda word: samples.get(word[1], "rien"), route)
