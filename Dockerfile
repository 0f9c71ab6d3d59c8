# One image for everything of ours: the platform, the worker and the four FreeRADIUS processes differ only in their command.
FROM node:24.11.1-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY scripts scripts
COPY libs libs
COPY apps apps
RUN node scripts/build.mjs

FROM base AS modules
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM base
# radmin tells a running FreeRADIUS about a changed router, mariadb-dump writes the export of an archived tenant.
RUN apt-get update \
  && apt-get install -y --no-install-recommends freeradius freeradius-mysql freeradius-utils openssl mariadb-client \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node -m 0700 /var/lib/jala /var/lib/jala/radius /var/lib/jala/radius/clients.d \
       /var/lib/jala/radius/clients.d/v4 /var/lib/jala/radius/clients.d/v6 /var/lib/jala/radius/clients.d/radsec
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY scripts scripts
COPY migrations migrations
COPY freeradius/raddb freeradius/raddb
COPY freeradius/eap-certificate freeradius/eap-certificate
ENV NODE_ENV=production
USER node
CMD ["node", "--enable-source-maps", "--max-semi-space-size=64", "dist/apps/platform/src/main.js"]
