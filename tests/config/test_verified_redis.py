"""Over rediss:// a Redis has to prove who it is, to every library that connects to it."""

import os
import socket
import ssl
import threading
from urllib.parse import urlsplit

import channels_redis.core
import django.core.cache.backends.redis
import pytest
import redis
from celery import Celery
from kombu.exceptions import OperationalError

from tests.certificates import self_signed


@pytest.fixture
def impostor(tmp_path):
    """A Valkey behind TLS whose certificate has signed itself; answers with its address and that certificate."""
    certificate, secret = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_serve, args=[listening, context], daemon=True).start()
        yield f"rediss://127.0.0.1:{listening.getsockname()[1]}", certificate
        listening.shutdown(socket.SHUT_RDWR)


def _serve(listening, context):
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=[connection, context], daemon=True).start()


def _answer(connection, context):
    valkey = urlsplit(os.environ["REDIS_URL"])
    try:
        with (
            context.wrap_socket(connection, server_side=True) as near,
            socket.create_connection((valkey.hostname, valkey.port)) as far,
        ):
            threading.Thread(target=_copy, args=[far, near], daemon=True).start()
            _copy(near, far)
    except OSError:
        connection.close()


def _copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)
    except OSError:
        target.close()


def celery_app(url, **settings):
    app = Celery("somebody", set_as_current=False)
    app.conf.update(broker_url=f"{url}/1", broker_connection_timeout=5, **settings)
    return app


def connect(app):
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=5)
        connection.default_channel.client.ping()


def test_celery_refuses_a_certificate_that_nobody_vouches_for(impostor):
    url, _ = impostor
    with pytest.raises((OperationalError, redis.ConnectionError), match="certificate verify failed"):
        connect(celery_app(url, broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED}))


def test_without_our_setting_it_would_take_any(impostor):
    url, _ = impostor
    connect(celery_app(url))


def test_it_takes_one_that_somebody_vouches_for(impostor):
    url, certificate = impostor
    connect(celery_app(url, broker_use_ssl={"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_ca_certs": str(certificate)}))


async def test_locks_cache_and_channel_layer_refuse_it_too(impostor):
    url, _ = impostor
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        redis.Redis.from_url(f"{url}/0").ping()
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        await redis.asyncio.Redis.from_url(f"{url}/0").ping()
    cache = django.core.cache.backends.redis.RedisCache(f"{url}/3", {})
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        cache.get("x")
    layer = channels_redis.core.RedisChannelLayer(hosts=[{"address": f"{url}/2", "socket_timeout": None}])
    with pytest.raises(redis.ConnectionError, match="certificate verify failed"):
        await layer.send("somebody", {"type": "x"})
