# What the walks share: a Python with the upstreams, free ports, an upstream and a gateway that end with the script,
# curl as a guide writes it, and checks of each answer. Source it; it needs bash, curl, Python 3 and cargo or $GIBBON.
#
# Every setting can be given: VENV, GIBBON, ADMIN_PORT, PROXY_PORT, UPSTREAM_PORT. A walk prints a transcript and ends
# with status 0 when every answer is the right one, 1 when one is not, and 77 when something that it needs is absent
# (the last line says what).
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
WORK=$(mktemp -d)
CHILDREN=()
export PYTHONDONTWRITEBYTECODE=1
WRONG=0
CHECKS=0

leave() {
  local status=${1-$?}
  end_children
  if [ "$status" != 0 ] && [ "$status" != 77 ]; then
    for log in "$WORK"/*.log; do
      [ -f "$log" ] && printf '\n--- the end of %s\n' "${log##*/}" && tail -n 20 "$log"
    done
  fi
  rm -rf "$WORK"
  exit "$status"
}
trap leave EXIT

# Asks everything that was started to end, and insists after five seconds.
end_children() {
  local child attempt
  for child in "${CHILDREN[@]}"; do kill "$child" 2>/dev/null || true; done
  for child in "${CHILDREN[@]}"; do
    for attempt in $(seq 50); do
      kill -0 "$child" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  done
  CHILDREN=()
}

skip() {
  echo "$1"
  exit 77
}

# ------------------------------------------------------------------------------------------- what a walk needs
need() {
  local tool
  for tool in "$@"; do command -v "$tool" >/dev/null || skip "$tool is not installed"; done
}

# A virtual environment with requirements.txt: $VENV, or one that is made once under target/. Arguments are modules that
# a walk needs beyond those that all need.
prepare_python() {
  need python3 curl
  local venv=${VENV:-$ROOT/target/examples-venv} module modules='httpbin, gunicorn, fastapi, uvicorn, jwt, cryptography'
  PYTHON=$venv/bin/python
  for module in "$@"; do modules+=", $module"; done
  if ! "$PYTHON" -c "import $modules" 2>/dev/null; then
    python3 -m venv "$venv" 2>"$WORK/venv.log" || skip "python3 cannot make a virtual environment (python3-venv)"
    "$venv/bin/pip" install --quiet --requirement "$ROOT/examples/requirements.txt" 2>"$WORK/pip.log" >&2 ||
      skip "the upstreams cannot be installed from PyPI"
  fi
}

prepare_gateway() {
  GIBBON=${GIBBON:-$ROOT/target/release/gibbon}
  [ -x "$GIBBON" ] || (cd "$ROOT" && cargo build --release --package gibbon)
}

# Below the ports that the kernel gives to whoever asks for any: no connection takes it before its listener does.
free_port() {
  "$PYTHON" - <<'EOF'
import random, socket
for port in random.sample(range(12000, 32000), 100):
    try:
        socket.socket().bind(("127.0.0.1", port))
    except OSError:
        continue
    print(port)
    break
EOF
}

wait_for() {
  local url=$1 name=$2 attempt
  for attempt in $(seq 200); do
    command curl --silent --noproxy '*' --output /dev/null --max-time 2 "$url" && return
    sleep 0.1
  done
  echo "$name does not answer at $url after $attempt attempts"
  return 1
}

# Starts a program in the background with its output in a log; the first argument names it.
background() {
  local name=$1
  shift
  "$@" >"$WORK/$name.log" 2>&1 </dev/null &
  CHILDREN+=($!)
}

# Starts Gibbon as `gibbon start` does on a fresh machine, but for a prefix and ports of its own.
start_gateway() {
  ADMIN_PORT=${ADMIN_PORT:-$(free_port)}
  PROXY_PORT=${PROXY_PORT:-$(free_port)}
  background gibbon env KONG_PREFIX="$WORK/prefix" KONG_ADMIN_LISTEN="127.0.0.1:$ADMIN_PORT" \
    KONG_PROXY_LISTEN="127.0.0.1:$PROXY_PORT" "$GIBBON" start
  wait_for "http://127.0.0.1:$ADMIN_PORT/status" "the gateway"
  MAPPED=(--connect-to "localhost:8001:127.0.0.1:$ADMIN_PORT" --connect-to "kong:8001:127.0.0.1:$ADMIN_PORT"
    --connect-to "localhost:8000:127.0.0.1:$PROXY_PORT")
  echo "The guide's addresses are mapped to this run's ports by these options of curl:"
  printf '  %s %s\n' "${MAPPED[@]}"
}

# ------------------------------------------------------------------------------------------- the transcript
title() { printf '\n## %s\n' "$1"; }

# Runs `guide curl …` exactly as written (plus the mapping above), shows it, and keeps STATUS, HEAD and BODY.
guide() {
  shift
  printf '\n$ curl'
  local argument
  for argument in "$@"; do
    case $argument in
      *[!A-Za-z0-9_./:=@-]*) printf ' "%s"' "$argument" ;;
      *) printf ' %s' "$argument" ;;
    esac
  done | sed -E 's/eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*/<TOKEN>/g'
  echo
  STATUS=000 HEAD='' BODY=''
  command curl --silent --show-error --noproxy '*' --max-time 20 "${MAPPED[@]}" \
    --dump-header "$WORK/head" --output "$WORK/answer" "$@" || echo "  curl ended with status $?"
  HEAD=$(tr -d '\r' <"$WORK/head")
  STATUS=$(sed -n -E 's/^HTTP\/[0-9.]+ ([0-9]+).*/\1/p' <<<"$HEAD" | tail -n 1)
  BODY=$(cat "$WORK/answer" 2>/dev/null || true)
  # With -i the answer repeats the head, down to an empty line.
  case $BODY in HTTP/*) BODY=$(tr -d '\r' <"$WORK/answer" | sed '1,/^$/d') ;; esac
  rm -f "$WORK/answer" "$WORK/head"
  echo "< $STATUS  ${BODY:0:300}" | tr -s ' \n' ' '
  echo
}

# ------------------------------------------------------------------------------------------- checks
right() { CHECKS=$((CHECKS + 1)) && echo "  ok     $1"; }
wrong() { CHECKS=$((CHECKS + 1)) && WRONG=$((WRONG + 1)) && echo "  WRONG  $1"; }

same() {
  local what=$1 want=$2 got=$3
  if [ "$want" = "$got" ]; then right "$what: $want"; else wrong "$what: wanted $want, got $got"; fi
}

contains() {
  local what=$1 want=$2 text=$3
  case $text in *"$want"*) right "$what has: $want" ;; *) wrong "$what lacks: $want" ;; esac
}

status_is() { same "status" "$1" "$STATUS"; }
body_is() { same "body" "$1" "$BODY"; }
header_is() { same "$1" "$2" "$(sed -n -E "s/^$1: //Ip" <<<"$HEAD" | tail -n 1)"; }

# A field of the JSON answer by its path (`service.id`, `data.0.key`), strings bare and everything else as JSON.
field() {
  "$PYTHON" -c '
import json, sys
value = json.loads(sys.stdin.read())
for part in sys.argv[1].split("."):
    value = value[int(part) if isinstance(value, list) else part]
print(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))' "$1" <<<"$BODY"
}
field_is() { same "$1" "$2" "$(field "$1" 2>/dev/null || echo "nothing")"; }

# A refusal by the jwt plugin: 401, its body to the letter, and the challenge.
refused_with() {
  status_is 401
  body_is "$1"
  header_is WWW-Authenticate "${2-Bearer error=\"invalid_token\"}"
}

finish() {
  printf '\n%s checks, %s wrong\n' "$CHECKS" "$WRONG"
  [ "$WRONG" = 0 ]
}
