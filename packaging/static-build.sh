#!/usr/bin/env bash
# static-build.sh [profile]: builds a static binary of the gateway, in the profile for packages unless another one is
# named, and prints its path. It needs Rust, a C compiler and glibc's static library (Debian: libc6-dev has it); the
# triple is the machine's own, so that an image for ARM is built the same way.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

profile=${1:-dist}
triple=$(rustc -vV | sed -n 's/^host: //p')
# Naming the target keeps the flag from procedural macros and build scripts, which cannot be static.
RUSTFLAGS='-C target-feature=+crt-static' \
  cargo build --profile "$profile" --locked --package gibbon --target "$triple" >&2
echo "$PWD/target/$triple/$profile/gibbon"
