from django.apps import AppConfig


class SproConfig(AppConfig):
    name = "spro"
    verbose_name = "Portail"

    def ready(self) -> None:
        from core import desk, search
        from spro import checks, due, search_entries  # noqa: F401 (checks register themselves)
        from territories.rules import may_enter_pro

        search.register("need", search_entries.needs)
        search.register("status", search_entries.statuses)
        search.register("service", search_entries.services)
        search.register("page", search_entries.pages)
        due.register_tasks()
        desk.register_entry(desk.Entry(0, "Ce qui vous attend", "pro_home", "boussole", may_enter_pro))
