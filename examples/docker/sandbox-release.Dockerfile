# The sandbox of a release, of which the workflow makes the published image. It is static and needs no system.
# In the folder `amd64` or `arm64` is the program.
FROM scratch
ARG TARGETARCH
COPY ${TARGETARCH}/lomi-sandbox /lomi-sandbox
USER 10001:10001
EXPOSE 4010
# `exec` form: SIGTERM reaches the sandbox itself, which then ends at once.
ENTRYPOINT ["/lomi-sandbox"]
CMD ["--host", "0.0.0.0", "--allow-remote", "--public-url", "http://localhost:4010"]
