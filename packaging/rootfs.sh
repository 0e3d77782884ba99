#!/usr/bin/env bash
# rootfs.sh <binary> <folder>: lays out the root file system of the image, which holds nothing but the gateway. The
# Dockerfile and examples/docker/rootfs-test.sh both call this, so what is tried is what is shipped.
set -euo pipefail
binary=$1 root=$2
project=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Nobody's user and group, by number: an image without /etc/shadow has nobody to log in as.
user=65532

install -d -m 0755 "$root" "$root/etc/ssl/certs" "$root/usr/bin" "$root/usr/share/doc/gibbon" "$root/var/lib"
install -d -m 1777 "$root/tmp"
install -m 0755 "$binary" "$root/usr/bin/gibbon"
install -m 0644 "$project/LICENSE" "$project/NOTICE" "$root/usr/share/doc/gibbon/"
install -m 0644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo "gibbon:x:$user:$user:gibbon:/var/lib/gibbon:/sbin/nologin" >"$root/etc/passwd"
echo "gibbon:x:$user:" >"$root/etc/group"
# The prefix: database, sockets, pid. A volume mounted here takes owner and mode from this folder.
install -d -m 0700 -o "$user" -g "$user" "$root/var/lib/gibbon"
