from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Membres et charte"

    def ready(self) -> None:
        from core import search
        from members import panels, search_entries

        panels.register_panels()
        search.register("network", search_entries.networks)
        search.register("organisation", search_entries.organisations)
        search.register("charter", search_entries.charter)
