from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "territories"
    verbose_name = "Territoires et lieux"

    def ready(self) -> None:
        from accounts.rules import widen_admin, widen_second_factor, widen_works
        from core import search
        from members import pro_pages
        from territories import (
            due,
            erasing,
            following,
            house_history,
            panels,
            pro_desk,
            referent_desk,
            search_entries,
        )
        from territories.importers.desk import register_imports
        from territories.rules import is_any_officer

        search.register("site", search_entries.sites)
        search.register("agency", search_entries.agencies)
        search.register("basin", search_entries.basins)
        search.register("commune", search_entries.communes)
        widen_admin(is_any_officer, "agence")
        widen_works(is_any_officer)
        widen_second_factor(is_any_officer)
        due.register_tasks()
        erasing.connect()
        register_imports()
        following.connect()
        panels.register_panels()
        referent_desk.connect()
        pro_desk.connect()
        house_history.connect()
        pro_pages.register(pro_pages.Page(20, "Lieux", "pro_sites", belongs=True))
        pro_pages.register(pro_pages.Page(30, "Référent·es", "pro_own_referents", belongs=True))
