# Debian packages, only when they are missing. Sourced, not run.

# have_packages PACKAGE…: installs them quietly; one retry, because a mirror is not always there at the first call.
have_packages() {
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "missing, and only root on Debian can install it here: $*" >&2
    return 1
  fi
  local log attempt
  log=$(mktemp)
  for attempt in 1 2; do
    if apt-get update >"$log" 2>&1 &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
      rm -f "$log"
      return 0
    fi
    echo "apt-get failed ($attempt of 2)" >&2
    [ "$attempt" -eq 2 ] || sleep 10
  done
  tail -n 20 "$log" >&2
  rm -f "$log"
  return 1
}
