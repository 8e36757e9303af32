from django.apps import AppConfig


class LorfolioConfig(AppConfig):
    name = "lorfolio"
    verbose_name = "Lorfolio"
