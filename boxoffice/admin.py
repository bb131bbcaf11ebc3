"""People, posts, tokens and the log in the admin. Whatever changes people asks for a fresh password or factor."""

from typing import Any, TypeVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse

from boxoffice.models import StaffEvent, StaffPost, StaffToken
from boxoffice.posts import end_post
from boxoffice.sessions import ask_again, is_fresh
from cinema import deeds

Row = TypeVar("Row", bound=Model)
admin.site.unregister(User)


class Fresh(admin.ModelAdmin[Row]):
    """Every change here asks for a password or a factor given within the last minutes."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_fresh(request):
            return ask_again(request)
        return super().changeform_view(request, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_fresh(request):
            return ask_again(request)
        return super().delete_view(request, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_fresh(request):
            return ask_again(request)
        return super().changelist_view(request, *args, **kwargs)


class Posts(admin.TabularInline[StaffPost, User]):
    """To be seen beside the account; they are given and ended on pages of their own, one by one."""

    model = StaffPost
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class PeopleAdmin(Fresh[User], UserAdmin[User]):
    inlines = [Posts]
    list_display = ["email", "username", "is_active", "is_staff", "is_superuser", "last_login"]
    # Groups and single permissions allow nothing on staff edges: posts do. `is_staff` follows the posts.
    fieldsets = [
        (None, {"fields": ["username", "email", "password"]}),
        ("Names", {"fields": ["first_name", "last_name"]}),
        ("Account", {"fields": ["is_active", "is_superuser", "last_login", "date_joined"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Only a superuser makes another one."""
        return ["last_login", "date_joined", *([] if request.user.is_superuser else ["is_superuser"])]

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not is_fresh(request):
            return ask_again(request)
        answer: HttpResponse = super().user_change_password(request, *args, **kwargs)
        return answer


@admin.register(StaffPost)
class StaffPostAdmin(Fresh[StaffPost]):
    list_display = ["user", "role", "theatre", "created_at"]
    list_filter = ["role", "theatre"]
    list_select_related = ["user", "theatre__city"]
    search_fields = ["user__email"]
    raw_id_fields = ["user"]

    def has_change_permission(self, request: HttpRequest, obj: StaffPost | None = None) -> bool:
        """A post is ended and another one given, so that the log can be read."""
        return False

    def save_model(self, request: HttpRequest, obj: StaffPost, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        after = {"account": f"user_{obj.user_id}", "post": obj.title}
        deeds.record("give_post", theatre=obj.theatre_id, after=after)

    def delete_model(self, request: HttpRequest, obj: StaffPost) -> None:
        end_post(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[StaffPost]) -> None:
        for post in queryset.select_related("user", "theatre"):
            end_post(post)


class LookOnly(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StaffToken)
class StaffTokenAdmin(LookOnly):
    """Made and revoked at /boxoffice/tokens/."""

    list_display = ["start", "name", "role", "theatre", "user", "expires_at", "revoked_at", "uses", "hour"]
    list_select_related = ["user", "theatre__city"]
    fields = ["start", "name", "role", "theatre", "user", "created_at", "expires_at", "revoked_at", "uses", "hour"]


@admin.register(StaffEvent)
class StaffEventAdmin(LookOnly):
    """For administrators; /boxoffice/log/ has the search, and managers' view of their own theatres."""

    list_display = ["at", "by", "post", "verb", "theatre", "show", "booking", "reason"]
    list_filter = ["verb"]
    search_fields = ["by", "booking"]
    date_hierarchy = "at"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("boxoffice.administer")
