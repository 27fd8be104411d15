#!/bin/sh
# Resolve pyproject.toml into the locked, hashed lists that `make` installs.
# Usage: sh requirements/lock.sh path/to/uv
set -eu
uv=$1
cd "$(dirname "$0")/.."
compile() { # name, groups
    "$uv" pip compile pyproject.toml $2 --universal --generate-hashes --no-annotate --no-header --quiet \
        ${UPGRADE:---upgrade} -o "requirements/$1.txt"
}
compile run ""
compile demo "--group demo"
compile dev "--group demo --group dev"
# What benchmarks measure against, beside what is there already; it is asked for whole.
printf 'presidio-analyzer>=2.2\n' | "$uv" pip compile - --no-config -c requirements/dev.txt --universal --python-version 3.11 \
    --generate-hashes --no-annotate --no-header --quiet ${UPGRADE:---upgrade} -o requirements/peers.txt
# What builds the one source distribution (face_recognition_models), also by hash.
awk '/^setuptools==/{keep=1} /^[a-z]/&&!/^setuptools==/{keep=0} keep' requirements/run.txt > requirements/build.txt
