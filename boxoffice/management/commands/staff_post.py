"""`manage.py staff_post EMAIL --role ROLE [--theatre SLUG] [--end]`: gives or ends a post in a shell."""

import argparse
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from boxoffice.models import StaffPost
from boxoffice.posts import end_post, give_post
from boxoffice.roles import Role
from cinema.deeds import COMMAND
from cinema.models import Theatre


class Command(BaseCommand):
    help = "Gives an account a post at a theatre, or at all of them. With --end it ends it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--theatre", default="", metavar="SLUG", help="by default all theatres")
        parser.add_argument("--end", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"There is no account {options['email']}.")
        theatre = Theatre.objects.filter(slug=options["theatre"]).first()
        if options["theatre"] and theatre is None:
            raise CommandError(f"There is no theatre {options['theatre']}.")
        if not options["end"]:
            self.stdout.write(f"{give_post(user, options['role'], theatre, by=COMMAND)}")
            return
        post = StaffPost.objects.filter(user=user, role=options["role"], theatre=theatre).first()
        if post is None:
            raise CommandError("There is no such post.")
        end_post(post, by=COMMAND)
        self.stdout.write("The post has ended.")
