# syntax=docker/dockerfile:1
# The program alone: a static binary in an empty image, run by a user who is nobody.
#
#   docker build -t referralloop .
#   docker run --rm --read-only --tmpfs /data:uid=65532,gid=65532,mode=0700 referralloop demo
#   docker run --rm --read-only --publish 4010:4010 referralloop sandbox --memory --bind 0.0.0.0
#
# What it keeps (stores, configuration, secrets) is below /data; a volume there outlives the container. Listeners are
# reached from outside with `listen --bind 0.0.0.0`, which wants a secret of yours in REFERRALLOOP_WEBHOOK_SECRET.
FROM rust:1-alpine AS build
RUN apk add --no-cache musl-dev
# Linked in whole, for there is nothing to load in an empty image. Alpine's Rust does so by itself; it is said all the same.
ENV RUSTFLAGS="-C target-feature=+crt-static"
WORKDIR /source
COPY . .
RUN cargo build --locked --profile dist --bin referralloop \
    && mkdir -p /image/data \
    && cp target/dist/referralloop LICENSE /image/ \
    && chmod 0700 /image/data

FROM scratch
LABEL org.opencontainers.image.source="https://github.com/referralloop/referralloop-cli" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build --chown=65532:65532 /image/data /data
COPY --from=build /image/referralloop /image/LICENSE /
ENV HOME=/data TMPDIR=/data PATH=/
USER 65532:65532
WORKDIR /data
VOLUME /data
ENTRYPOINT ["/referralloop"]
