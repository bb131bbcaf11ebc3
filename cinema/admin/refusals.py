"""Shows a service's refusals in a form or on a page."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from cinema.errors import DomainError

Row = TypeVar("Row", bound=Model)


def dry_run(form: Any, call: Callable[[], Any]) -> None:
    """Runs a service and rolls it back. A refusal becomes an error of the form, at its field if the form has it."""
    try:
        with transaction.atomic():
            call()
            transaction.set_rollback(True)
    except DomainError as error:
        field = error.extra.get("field")
        form.add_error(field if field in form.fields else None, error.detail)


class ReportsRefusals(admin.ModelAdmin[Row]):
    """Shows a refusal raised while saving as a message on the page. The transaction is rolled back."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except DomainError as error:
            self.message_user(request, error.detail, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
