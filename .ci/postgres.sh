#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server that lives only as long as the command: own port on loopback, own data
# directory, own password. The command finds it in TEST_DATABASE_URL.
#   bash .ci/postgres.sh npm run test:postgres
set -euo pipefail
. "$(dirname "$0")/apt.sh"

# The newest server Debian's package has put there; its programs are in no PATH.
find_programs() {
  find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname
}

programs=$(find_programs)
if [ -z "$programs" ]; then
  have_packages postgresql
  programs=$(find_programs)
fi

# initdb and the server refuse to run as root.
as_owner() { "$@"; }
if [ "$(id -u)" -eq 0 ]; then
  owner=$(id -un postgres 2>/dev/null || echo nobody)
  as_owner() { runuser -u "$owner" -- "$@"; }
fi

directory=$(mktemp -d /tmp/masthead-postgres.XXXXXX) # a TMPDIR may be closed to the server's owner
stop() {
  cd /
  if [ -f "$directory/data/postmaster.pid" ]; then
    as_owner "$programs/pg_ctl" stop --silent --pgdata="$directory/data" --mode=immediate || true
  fi
  rm -rf "$directory"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf '%s' "$password" >"$directory/password")
[ -z "${owner:-}" ] || chown -R "$owner" "$directory"
here=$PWD
cd "$directory" # the server's owner may not be allowed to stand in the caller's folder

# A language's own sort order, as most servers have, so that a query that leans on the order of bytes is found here.
as_owner "$programs/initdb" --pgdata=data --username=masthead --pwfile=password --auth-host=scram-sha-256 \
  --auth-local=reject --encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync >initdb.log 2>&1 ||
  { cat initdb.log >&2; exit 1; }

# fsync is off for speed: what survives a power cut is the business of the fault tests, not of this server.
# Test files run side by side, each with a database and pools of its own: hence the connections.
as_owner tee -a data/postgresql.conf >/dev/null <<'SETTINGS'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 300
fsync = off
full_page_writes = off
SETTINGS

# A port that is free now may be taken before the server has it, so it gets three tries.
for attempt in 1 2 3; do
  port=$(node -e "const s = require('node:net').createServer();
    s.listen(0, '127.0.0.1', () => { console.log(s.address().port); s.close(); })")
  if as_owner "$programs/pg_ctl" start --silent --wait --timeout=60 --pgdata=data --log=server.log --options="-p $port"; then
    break
  elif [ "$attempt" -eq 3 ]; then
    cat server.log >&2
    exit 1
  fi
done

cd "$here"
export TEST_DATABASE_URL="postgres://masthead:$password@127.0.0.1:$port/postgres"
"$@"
