# The Express shop on Alpine: docker build -f examples/docker/node.Dockerfile -t shop-node .
# `dist/` has the npm packages of a release: `lomi` and the one for musl. In a shop of your own package.json names lomi,
# npm takes the package for musl by itself, and the lines about /release go.
FROM node:24-alpine AS build
# better-sqlite3 is compiled where its authors have no binary for this system.
# hadolint ignore=DL3018
RUN apk add --no-cache g++ make python3
COPY dist/ /release/
WORKDIR /srv/examples/shop-node
COPY examples/shop-node/package.json ./
RUN npm pkg set "dependencies.lomi=file:$(ls /release/lomi-[0-9]*.tgz)" \
    && npm install --omit=dev --no-audit --no-fund \
    && npm install --no-save --no-audit --no-fund /release/lomi-linux-*-musl-*.tgz

FROM node:24-alpine
COPY examples/shop.css /srv/examples/
COPY --from=build /srv/examples/shop-node /srv/examples/shop-node
COPY examples/shop-node/src /srv/examples/shop-node/src
COPY examples/shop-node/tsconfig.json /srv/examples/shop-node/
RUN mkdir /data && chown node:node /data
USER 1000
WORKDIR /srv/examples/shop-node
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    SHOP_DATABASE=/data/shop.sqlite3
EXPOSE 3002
# Not `npm start`: npm does not pass SIGTERM on.
CMD ["node", "--import", "tsx", "src/server.ts"]
