"""`manage.py runserver` with the server that production uses."""

from daphne.management.commands.runserver import Command as Runserver

from config.server.live_server import LiveServer


class Command(Runserver):
    server_cls = LiveServer
