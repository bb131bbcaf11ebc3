"""The admin by theatre: people see and change only what is at the theatres where they have the permission.

Django asks for a permission on a model; here it is asked once more at the row's theatre, and lists and choices are cut
to the theatres where it is given.
"""

from functools import reduce
from typing import Any, ClassVar, TypeVar

from django.contrib import admin
from django.db.models import ForeignKey, Model, QuerySet
from django.http import HttpRequest

from cinema.models import Screen, Theatre
from cinema.permissions import may, theatres_where

Row = TypeVar("Row", bound=Model)


class OfTheatre(admin.ModelAdmin[Row]):
    """`theatre_path` leads from a row to its theatre, as a lookup: `screen__theatre`; empty for the theatre itself."""

    theatre_path: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Row]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(**{f"{self.theatre_path or 'pk'}__in": self._theatres(request, "view")})

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_view_permission(request, obj) and self._at(request, "view", obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and self._at(request, "change", obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and self._at(request, "delete", obj)

    def formfield_for_foreignkey(self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any) -> Any:
        """Only screens and theatres where the person may add."""
        path = {Screen: "theatre", Theatre: "pk"}.get(db_field.related_model)
        if path:
            rows = db_field.related_model._default_manager
            kwargs["queryset"] = rows.filter(**{f"{path}__in": self._theatres(request, "add")})
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def theatre_of(self, row: Any) -> int | None:
        """The id; None for a row that has no theatre yet."""
        path = f"{self.theatre_path}_id" if self.theatre_path else "pk"
        found: int | None = reduce(lambda at, name: getattr(at, name, None), path.split("__"), row)
        return found

    def _at(self, request: HttpRequest, verb: str, row: Any) -> bool:
        theatre = self.theatre_of(row) if row is not None else None
        return theatre is None or may(request.user, self._permission(verb), theatre)

    def _theatres(self, request: HttpRequest, verb: str) -> list[int]:
        return theatres_where(request.user, self._permission(verb))

    def _permission(self, verb: str) -> str:
        return f"{self.opts.app_label}.{verb}_{self.opts.model_name}"
