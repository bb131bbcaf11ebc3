from django.apps import AppConfig


class SeatingConfig(AppConfig):
    name = "seating"

    def ready(self) -> None:
        from seating import metrics

        metrics.register()
