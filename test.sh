#!/usr/bin/env bash
# Installs what the tests need and runs all of them. ./test.sh --long adds soaks and large runs.
set -euo pipefail
cd "$(dirname "$0")"

usage="usage: ./test.sh [--long]"
case "${1:-}" in
    "") ;;
    --long) export WINDLASS_LONG=1 ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 2 ;;
esac

step() { printf '\n== %s\n' "$*"; }

# The tests with others' SDKs run on node; where it is missing, Debian's is taken.
if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    step "install node"
    sudo=; [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq && $sudo apt-get install -y -qq nodejs npm
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
