from django.apps import AppConfig


class LorfolioConfig(AppConfig):
    name = "lorfolio"
    verbose_name = "Lorfolio"

    def ready(self) -> None:
        from lorfolio import key_rotation
        from lorfolio.services import erasing

        erasing.connect()
        key_rotation.connect()
