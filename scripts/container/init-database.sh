#!/bin/sh
# Run by the PostgreSQL image when its volume is empty, as its superuser.
set -eu
: "${DATABASE_OWNER_PASSWORD:?}" "${DATABASE_APP_PASSWORD:?}"
psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --file /opt/init/roles.sql
