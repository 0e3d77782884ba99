# The gateway as a static binary on an empty base: no shell, no package manager, no C library to patch.
#
#   docker build -t gibbon .
#   docker run --rm -p 8000:8000 gibbon
#
# Settings are KONG_* (or GIBBON_*) variables. The Admin API listens on the container's own loopback until
# KONG_ADMIN_LISTEN says otherwise; whoever reaches it owns the gateway, so publish it on 127.0.0.1 only
# (examples/jwt-lab/compose.yaml does).

FROM node:22-bookworm-slim AS pages
WORKDIR /ui
COPY ui/package.json ui/package-lock.json ./
RUN npm ci
COPY ui .
RUN npm run build

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
COPY --from=pages /ui/dist/site ui/dist/site
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    binary=$(packaging/static-build.sh) && packaging/rootfs.sh "$binary" /rootfs

FROM scratch
COPY --from=build /rootfs/ /
ENV KONG_PREFIX=/var/lib/gibbon
ENV KONG_PROXY_ACCESS_LOG=/dev/stdout
ENV KONG_ADMIN_ACCESS_LOG=/dev/stdout
ENV KONG_PROXY_ERROR_LOG=/dev/stderr
USER 65532:65532
VOLUME /var/lib/gibbon
EXPOSE 8000 8001 8002 8443 8444
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["/usr/bin/gibbon", "health"]
ENTRYPOINT ["/usr/bin/gibbon"]
CMD ["start"]
