from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = "Agenda"

    def ready(self) -> None:
        from events import (
            desk_entries,
            desk_people,
            due,
            erasing,
            following,
            imports_desk,
            panels,
            reported,
            search_entries,
        )

        panels.register_panels()
        search_entries.connect()
        desk_entries.connect()
        desk_people.connect()
        imports_desk.connect()
        due.register_tasks()
        erasing.connect()
        following.connect()
        reported.connect()
