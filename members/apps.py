from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "members"
    verbose_name = "Membres et charte"

    def ready(self) -> None:
        from accounts.rules import widen_works
        from core import desk, search
        from members import due, erasing, invited, panels, pro_pages, search_entries, waiting
        from members.rules import works_somewhere

        due.register_tasks()
        erasing.connect()
        panels.register_panels()
        invited.connect()
        waiting.register_tasks()
        pro_pages.register_pages()
        desk.register_entry(desk.Entry(10, "Mon organisme", "pro_organisations", "mallette", works_somewhere))
        search.register("network", search_entries.networks)
        search.register("organisation", search_entries.organisations)
        search.register("charter", search_entries.charter)
        widen_works(works_somewhere)
