# The image of apps/hub-controller for those who build with a container engine:
#   docker build -f deploy/docker/hub-controller.Dockerfile -t <image> .
# `npm run images` makes a smaller one without an engine, the same bytes each time.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npm ci --no-audit --no-fund && cd apps/hub-controller && npx tsup

FROM node:24-bookworm-slim
COPY --from=build /src/apps/hub-controller/dist/main.js /app/main.mjs
COPY --from=build /src/LICENSE /licenses/LICENSE
ENV HOME=/tmp
# memory that was freed goes back to the system, from no more than two heaps of the C library
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
USER 65532:65532
EXPOSE 8080
# a small young generation, and a heap that grows by steps: half of the memory, for a few per cent of the time
ENTRYPOINT ["/usr/local/bin/node", "--max-semi-space-size=4", "--heap-growing-percent=40", "/app/main.mjs"]
