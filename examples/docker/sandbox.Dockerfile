# The sandbox, from source: docker build -f examples/docker/sandbox.Dockerfile -t lomi-sandbox .
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --locked --release --package lomi-sandbox

FROM debian:12-slim
COPY --from=build /src/target/release/lomi-sandbox /usr/local/bin/
# Its own user, and a folder that it can write to for --data.
RUN useradd --system --uid 10001 --create-home --home-dir /data lomi
USER 10001
WORKDIR /data
EXPOSE 4010
# `exec` form: SIGTERM reaches the sandbox itself, which then ends at once.
ENTRYPOINT ["lomi-sandbox"]
CMD ["--host", "0.0.0.0", "--allow-remote", "--public-url", "http://localhost:4010"]
