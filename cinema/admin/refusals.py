"""Turns a service's refusal into what a form or a page shows."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cinema.errors import DomainError


def rehearse(form: Any, call: Callable[[], Any]) -> None:
    """Runs a service and undoes it; a refusal becomes an error of the form, beside its field if there is
    one.
    """
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except DomainError as error:
        field = error.extra.get("field")
        form.add_error(field if field in form.fields else None, error.detail)


class SaysRefusals(admin.ModelAdmin):
    """Shows a refusal that comes while saving, instead of failing; by then everything is rolled back."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
