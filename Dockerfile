# The site, and the nginx in front of it with the site's static files: `docker build --target nginx` makes the second.
# Base images are named by digest, so that a build today and one in a year begin with the same bytes. To bring them up to
# date: `docker buildx imagetools inspect python:3.13-slim-trixie` prints the digest of that moment.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS site
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .
# Static files need no secrets; the values here are for this one command only.
RUN DEBUG=true DATABASE_URL=sqlite://:memory: REDIS_URL=redis://127.0.0.1:6379/0 STATIC_MANIFEST=true \
    python manage.py collectstatic --no-input --verbosity 0
# The containers cannot write here, so what Python compiles is compiled now.
RUN python -m compileall -q -j 0 boxoffice checkout cinema config frontend seating
RUN useradd --system --uid 10001 housefull
USER 10001
CMD ["python", "-m", "config.server", "-b", "0.0.0.0", "-p", "8000", "config.asgi:application"]

FROM nginxinc/nginx-unprivileged:1.30.5-alpine@sha256:15c994d10d6d78658721c3bcafff14cb281fba2a4bdf9d5ba92c416a472516e3 AS nginx
COPY deploy/nginx/nginx.conf deploy/nginx/proxy.conf /etc/nginx/
COPY --from=site /app/var/static /srv/static

# What `docker build .` makes.
FROM site
