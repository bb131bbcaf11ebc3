"""Movies and their posters."""

from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from cinema.models import Movie


@admin.register(Movie)
class MovieAdmin(admin.ModelAdmin[Movie]):
    list_display = ["title", "certificate", "runtime", "release_date", "show_count"]
    list_filter = ["certificate", "release_date"]
    search_fields = ["title", "synopsis"]
    prepopulated_fields = {"slug": ["title"]}
    readonly_fields = ["poster_preview"]
    date_hierarchy = "release_date"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Movie]:
        movies: QuerySet[Movie] = super().get_queryset(request).defer("synopsis").annotate(shows_planned=Count("shows"))
        return movies

    @admin.display(description="shows", ordering="shows_planned")
    def show_count(self, movie: Any) -> int:
        return int(movie.shows_planned)

    @admin.display(description="poster as stored")
    def poster_preview(self, movie: Movie) -> str:
        """The poster as an `<img>`, in which no script runs: it may be an untrusted file."""
        if not movie.poster:
            return "none yet"
        source = f"data:image/svg+xml,{quote(movie.poster, safe='')}"
        return format_html('<img src="{}" alt="The poster of {}" width="200" height="300">', source, movie.title)
