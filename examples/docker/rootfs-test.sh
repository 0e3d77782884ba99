#!/usr/bin/env bash
# Tries the image without Docker: lays out the same root file system by the same script as the Dockerfile, and runs the
# gateway in it under chroot, as the image's user and with the image's variables. Needs root. Try it:
#
#   sudo examples/docker/rootfs-test.sh
#
# GIBBON_STATIC names a static binary that is built already. Otherwise one is built in the profile of the tests: what
# packages hold is the same code optimised across crates, and takes three times as long.
source "$(dirname "${BASH_SOURCE[0]}")/../walk.sh"
need python3 curl chroot ldd
[ "$(id -u)" = 0 ] || skip "chroot needs root: sudo examples/docker/rootfs-test.sh"
PYTHON=python3
IMAGE=$WORK/rootfs

title "A static binary"
STATIC=${GIBBON_STATIC:-$("$ROOT/packaging/static-build.sh" release)}
ls -l "$STATIC"
if LINKED=$(ldd "$STATIC" 2>&1) && [[ $LINKED != *statically* ]]; then
  wrong "it is linked to: $LINKED"
else
  right "it needs no shared library"
fi

title "The root file system"
"$ROOT/packaging/rootfs.sh" "$STATIC" "$IMAGE"
(cd "$IMAGE" && find . -type f -o -name gibbon -type d) | sort
chmod 0755 "$WORK"

# What a container runtime brings into every container: /proc, and these devices.
mkdir "$IMAGE/proc" "$IMAGE/dev"
for device in "null 3" "zero 5" "random 8" "urandom 9"; do
  mknod -m 0666 "$IMAGE/dev/${device% *}" c 1 "${device#* }" || skip "device nodes cannot be made here"
done
mount -t proc proc "$IMAGE/proc" || skip "/proc cannot be mounted here"
trap 'status=$?; end_children; umount --lazy "$IMAGE/proc"; leave "$status"' EXIT

ADMIN_PORT=$(free_port) PROXY_PORT=$(free_port) UPSTREAM_PORT=$(free_port)
MAPPED=(--connect-to "localhost:8001:127.0.0.1:$ADMIN_PORT" --connect-to "localhost:8000:127.0.0.1:$PROXY_PORT")
# A command in the image: nothing of this machine's environment, the variables and the user of the image.
mapfile -t VARIABLES < <(sed -n 's/^ENV //p' "$ROOT/Dockerfile")
INSIDE=(env -i "${VARIABLES[@]}" "KONG_ADMIN_LISTEN=0.0.0.0:$ADMIN_PORT" "KONG_PROXY_LISTEN=0.0.0.0:$PROXY_PORT"
  "$(command -v chroot)" --userspec="$(sed -n 's/^USER //p' "$ROOT/Dockerfile")" "$IMAGE" /usr/bin/gibbon)
start_inside() {
  background gibbon "${INSIDE[@]}" start
  wait_for "http://127.0.0.1:$ADMIN_PORT/status" "the gateway in the image"
}

title "Start, health, one request"
background upstream python3 -m http.server --bind 127.0.0.1 --directory "$ROOT/examples/docker" "$UPSTREAM_PORT"
wait_for "http://127.0.0.1:$UPSTREAM_PORT/" "the upstream"
"${INSIDE[@]}" version
start_inside
if "${INSIDE[@]}" health; then right "gibbon health"; else wrong "gibbon health: status $?"; fi

guide curl -i -X POST http://localhost:8001/services --data "name=files" --data "url=http://127.0.0.1:$UPSTREAM_PORT"
status_is 201
guide curl -i -X POST http://localhost:8001/services/files/routes --data "paths[]=/files"
status_is 201
guide curl -i http://localhost:8000/files/rootfs-test.sh
status_is 200
contains "body" "Tries the image without Docker" "$BODY"

title "What is written stays in the volume, and only its user reads it"
same "owner and mode of the prefix" "65532:65532 700" "$(stat -c '%u:%g %a' "$IMAGE/var/lib/gibbon")"
gateway=${CHILDREN[-1]}
unset 'CHILDREN[-1]'
kill -QUIT "$gateway"
ended=0
wait "$gateway" || ended=$?
same "status after SIGQUIT, the image's stop signal" 0 "$ended"
contains "log on standard output" "GET /files/rootfs-test.sh" "$(cat "$WORK/gibbon.log")"
start_inside
guide curl -i http://localhost:8000/files/rootfs-test.sh
status_is 200

finish
