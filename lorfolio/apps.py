from django.apps import AppConfig


class LorfolioConfig(AppConfig):
    name = "lorfolio"
    verbose_name = "Lorfolio"

    def ready(self) -> None:
        from lorfolio import desk_entries, following, key_rotation
        from lorfolio.services import erasing

        erasing.connect()
        desk_entries.connect()
        key_rotation.connect()
        following.connect()
