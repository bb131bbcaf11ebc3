FROM python:3.13-slim
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# Static files need no secrets; the values here are for this one command only.
RUN DEBUG=true DATABASE_URL=sqlite://:memory: REDIS_URL=redis://127.0.0.1:6379/0 STATIC_MANIFEST=true \
    python manage.py collectstatic --no-input --verbosity 0
RUN useradd --system housefull && mkdir -p var && chown housefull var
USER housefull
CMD ["python", "-m", "config.server", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]
