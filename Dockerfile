# The bot as one static binary. It wants DATABASE_URL: the image has no PostgreSQL.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /ckadbot ./bot

FROM alpine:3
RUN adduser -D -H -u 10001 ckadbot
COPY --from=build /ckadbot /usr/local/bin/ckadbot
USER ckadbot
ENTRYPOINT ["ckadbot"]
