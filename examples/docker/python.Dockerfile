# The Django shop under gunicorn: docker build -f examples/docker/python.Dockerfile -t shop-python .
# `dist/` has the wheel of `make dist` or of a release. In a shop of your own requirements.txt has a line "lomi",
# and the lines about /release go.
FROM python:3.13-slim-bookworm AS build
COPY dist/ /release/
COPY examples/shop-python/requirements.txt /tmp/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        -r /tmp/requirements.txt gunicorn==27.0.1 \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-index --find-links /release lomi

FROM python:3.13-slim-bookworm
COPY --from=build /venv /venv
COPY examples/shop.css /srv/examples/
COPY examples/shop-python /srv/examples/shop-python
RUN useradd --system --uid 10001 --create-home --home-dir /data shop
USER 10001
WORKDIR /srv/examples/shop-python
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=shop.settings \
    SHOP_DATABASE=/data/shop.sqlite3
EXPOSE 3001
# Worker processes fork from one that has loaded the shop; the client is safe over a fork.
CMD ["sh", "-c", "python manage.py migrate --verbosity 0 && exec gunicorn --preload --workers 2 --threads 4 --bind 0.0.0.0:3001 'django.core.wsgi:get_wsgi_application()'"]
