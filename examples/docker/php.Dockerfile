# The PHP shop under php-fpm: docker build -f examples/docker/php.Dockerfile -t shop-php .
# `dist/lomi.so` is of `make dist`, or from the zip file of a release for this PHP: build with
# `--build-arg PHP=8.4` for another version than that of Debian 12.
ARG PHP=8.2
FROM php:${PHP}-fpm-bookworm AS extension
COPY dist/lomi.so /tmp/
RUN mv /tmp/lomi.so "$(php-config --extension-dir)" \
    && docker-php-ext-enable lomi \
    && php --ri lomi \
    && mkdir /copied \
    && cp --parents "$(php-config --extension-dir)/lomi.so" /usr/local/etc/php/conf.d/docker-php-ext-lomi.ini /copied

# A stage of its own, so that the library is in one layer only.
FROM php:${PHP}-fpm-bookworm
COPY --from=extension /copied/ /
COPY bindings-php/frameworks/src /srv/bindings-php/frameworks/src
COPY examples/shop.css /srv/examples/
COPY examples/shop-php /srv/examples/shop-php
# The variables of the container reach the scripts, and a stop waits for the calls that run.
RUN printf '[global]\nprocess_control_timeout = 10s\n[www]\nclear_env = no\n' >/usr/local/etc/php-fpm.d/zz-shop.conf \
    && mkdir /data && chown www-data:www-data /data
USER 33
WORKDIR /srv/examples/shop-php
ENV SHOP_DATABASE=/data/shop.sqlite3
EXPOSE 9000
CMD ["sh", "-c", "php setup.php && exec php-fpm"]
