from django.apps import AppConfig


class LorfolioConfig(AppConfig):
    name = "lorfolio"
    verbose_name = "Lorfolio"

    def ready(self) -> None:
        from lorfolio.services import erasing

        erasing.connect()
