from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class BoxofficeConfig(AppConfig):
    name = "boxoffice"
    default = True

    def ready(self) -> None:
        from boxoffice import receivers  # noqa: F401 - connects them


class AdministrationConfig(admin_apps.AdminConfig):
    """Django's admin, behind our own door."""

    default = False
    default_site = "boxoffice.administration.Administration"
