#!/usr/bin/env bash
# Builds what static-build.sh builds, optimised for what a gateway does most: once so that it counts which way its code
# goes, then a run of the benches that it counts in, then once more with what was counted. Prints the path. It takes half
# an hour, nginx, Python, and LLVM's tools: rustup component add llvm-tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

triple=$(rustc -vV | sed -n 's/^host: //p')
merge=$(rustc --print sysroot)/lib/rustlib/$triple/bin/llvm-profdata
[ -x "$merge" ] || { echo "LLVM's tools are not installed: rustup component add llvm-tools" >&2; exit 1; }
counted=${CARGO_TARGET_DIR:-$PWD/target}/counted
rm -rf "$counted"
mkdir -p "$counted/run"

counting=$(packaging/static-build.sh dist "-C profile-generate=$counted/run")
benches/compare.py --gibbon "counting=$counting" --peers gibbon --rounds 1 >&2
benches/plugins.py --gibbon "$counting" --rounds 1 >&2
"$merge" merge --output "$counted/gibbon.profdata" "$counted/run"
packaging/static-build.sh dist "-C profile-use=$counted/gibbon.profdata"
