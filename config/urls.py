"""All URLs: the pages, the API, accounts, the admin and the metrics for Prometheus."""

from django.contrib import admin
from django.urls import include, path

from config.api import api
from config.metrics import metrics

urlpatterns = [
    path("", include("frontend.urls")),
    path("api/", api.urls),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("metrics", metrics, name="metrics"),
]

handler400 = "frontend.views.bad_request"
handler403 = "frontend.views.permission_denied"
handler404 = "frontend.views.not_found"
handler500 = "frontend.views.server_error"
