from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "territories"
    verbose_name = "Territoires et lieux"

    def ready(self) -> None:
        from accounts.rules import widen_admin
        from core import search
        from territories import following, panels, search_entries
        from territories.rules import is_any_officer

        search.register("site", search_entries.sites)
        search.register("agency", search_entries.agencies)
        search.register("basin", search_entries.basins)
        search.register("commune", search_entries.communes)
        widen_admin(is_any_officer, "agence")
        following.connect()
        panels.register_panels()
