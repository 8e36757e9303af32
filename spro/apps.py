from django.apps import AppConfig


class SproConfig(AppConfig):
    name = "spro"
    verbose_name = "Portail"

    def ready(self) -> None:
        from core import search
        from spro import checks, search_entries  # noqa: F401 (checks register themselves)

        search.register("need", search_entries.needs)
        search.register("status", search_entries.statuses)
        search.register("service", search_entries.services)
        search.register("page", search_entries.pages)
