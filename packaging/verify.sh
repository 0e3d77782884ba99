#!/usr/bin/env bash
# Has systemd read the unit: unknown settings and values that it would ignore fail. Ends with status 77 where there is
# no systemd.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
command -v systemd-analyze >/dev/null || { echo "systemd-analyze is not installed"; exit 77; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# It asks that the program exists, and nothing is installed here; any program will do.
sed "s|/usr/bin/gibbon|$(command -v true)|" gibbon.service >"$folder/gibbon.service"
found=$(systemd-analyze verify --man=no "$folder/gibbon.service" 2>&1) || { echo "$found"; exit 1; }
# Faults of units that the machine brought are not ours.
if grep -F gibbon.service <<<"$found"; then exit 1; fi
echo "systemd reads the unit without a remark"
