from django.apps import AppConfig


class LorfolioConfig(AppConfig):
    name = "lorfolio"
    verbose_name = "Lorfolio"

    def ready(self) -> None:
        from accounts.welcome import register_way
        from lorfolio import desk_entries, following, key_rotation
        from lorfolio.services import erasing

        register_way("/lorfolio/")
        erasing.connect()
        desk_entries.connect()
        key_rotation.connect()
        following.connect()
