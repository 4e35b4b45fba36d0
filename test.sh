#!/usr/bin/env bash
# Installs what the tests need and runs all of them. ./test.sh --long adds many more random lives and crashes, and the figures.
set -euo pipefail
cd "$(dirname "$0")"

usage="usage: ./test.sh [--long]"
case "${1:-}" in
    "") long=false ;;
    --long) long=true ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 2 ;;
esac

step() { printf '\n== %s\n' "$*"; }

# A minimal toolchain has neither.
if ! cargo clippy --version >/dev/null 2>&1 || ! cargo fmt --version >/dev/null 2>&1; then
    step "install clippy and rustfmt"
    rustup component add clippy rustfmt
fi

sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
apt_install() {
    $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@"
}

# The tests with others' SDKs run on node, the checker of proofs on Python; where they are missing, Debian's are taken.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    step "install node"
    apt_install nodejs npm
fi
if ! command -v python3 >/dev/null; then
    step "install Python"
    apt_install python3
fi

# The tests start servers of their own with the programs of PostgreSQL 15 or newer, from where tests/postgres looks.
has_postgres() {
    local programs folder
    programs=$(command -v postgres || true)
    for folder in "${WINDLASS_POSTGRES_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin \
        "$(dirname "$(readlink -f "${programs:-/none}")")"; do
        if [ -x "$folder/initdb" ] && [ -x "$folder/psql" ] &&
            "$folder/postgres" --version 2>/dev/null | grep -Eq '\(PostgreSQL\) (1[5-9]|[2-9][0-9])'; then
            return 0
        fi
    done
    return 1
}
if ! has_postgres; then
    step "install PostgreSQL"
    # Without the server that Debian would start on port 5432.
    $sudo mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.d/windlass.conf >/dev/null
    apt_install postgresql
fi
step "install the clients"
(cd tests/clients && npm ci --no-audit --no-fund --silent)

step "format"
cargo fmt --all --check
step "lint"
cargo clippy --workspace --all-targets --locked -- -D warnings
step "build"
cargo test --workspace --locked --no-run --quiet
step "test"
cargo test --workspace --locked

if $long; then
    step "many more random lives"
    PROPTEST_CASES=20000 cargo test --locked -p windlass-domain -p windlass-projections
    step "many more crashes"
    for _ in 1 2 3 4 5; do
        cargo test --locked -p windlass-tests --test crash_matrix --test several_workers --test outages
    done
    step "a minute of writers against readers"
    WINDLASS_LONG=1 cargo test --locked -p windlass-store
    step "figures"
    cargo bench --locked -p windlass-store
    cargo bench --locked -p windlass-tests --bench figures
fi
