#!/usr/bin/env bash
# Runs `referralloop expect` through every way in which it can end, as a CI script would, and checks each time that the
# exit code is the documented one, that its port is free again and that no process of the command is left.
#
#   tests/ci/expect-rounds.sh [BINARY] [ROUNDS]
set -euo pipefail

binary=$(realpath "${1:-target/debug/referralloop}")
rounds=${2:-50}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME=$work PATH="$(dirname "$binary"):$PATH"
cd "$work"

# A number that only this run's processes have on their command line.
mark=$((4000000 + $$))
send='referralloop trigger created -q --no-retry --to "$REFERRALLOOP_WEBHOOK_URL" >/dev/null 2>&1;'
note='echo "$REFERRALLOOP_WEBHOOK_URL" > url;'
leave="sleep $mark & "

fail() { echo "round $round, $1: $2" >&2; cat out >&2; exit 1; }

# The port must refuse, and nobody with the mark may be left.
gone() {
  local port; port=$(sed 's/.*:\([0-9]*\).*/\1/' url)
  if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then fail "$1" "port $port is still open"; fi
  if pgrep -f "sleep $mark" >/dev/null; then fail "$1" "a process is left: $(pgrep -af "sleep $mark")"; fi
  rm -f url out
}

# name, wanted code, expectations …, --, shell code
check() {
  local name=$1 wanted=$2 code=0; shift 2
  local options=(); while [ "$1" != -- ]; do options+=("$1"); shift; done; shift
  referralloop expect "${options[@]}" -- sh -c "$note $leave $1" >out 2>&1 </dev/null || code=$?
  [ "$code" = "$wanted" ] || fail "$name" "exit $code, wanted $wanted"
  gone "$name"
}

# name, wanted code, signals one after the other: sent to the whole job, as a terminal does
stopped() {
  local name=$1 wanted=$2 code=0 signal; shift 2
  set -m
  referralloop expect created -- sh -c "$note $leave wait" >out 2>&1 </dev/null &
  local job=$!
  set +m
  until [ -s url ]; do kill -0 "$job" || fail "$name" "it ended by itself"; read -rt 0.01 <> <(:) || true; done
  for signal; do kill "-$signal" -- "-$job"; done
  wait "$job" || code=$?
  [ "$code" = "$wanted" ] || fail "$name" "exit $code, wanted $wanted"
  gone "$name"
}

for ((round = 1; round <= rounds; round++)); do
  check success 0 created -- "$send"
  check 'exact count' 0 created=2 --none deleted --within 100ms -- "$send $send"
  check failure 1 deleted --within 100ms -- "$send"
  check 'too many' 1 created=1 --within 5s -- "$send $send"
  check timeout 1 created --within 50ms -- 'true'
  check 'forbidden' 1 created=0 --within 5s -- "$send"
  check 'command fails, expectation met' 7 created -- "$send exit 7"
  check 'command fails, expectation unmet' 1 created --within 50ms -- 'exit 7'
  check 'command crashes' 134 created -- "$send kill -ABRT \$\$"
  check 'command is killed' 137 created -- "$send kill -KILL \$\$"
  check 'killed, expectation unmet' 1 created --within 50ms -- 'kill -KILL $$'
  stopped Ctrl-C 130 INT
  stopped terminated 143 TERM
  code=0; referralloop expect creatd -- true 2>/dev/null || code=$?
  [ "$code" = 2 ] || { echo "usage: exit $code" >&2; exit 1; }
done
echo "$rounds rounds of 14 endings: every exit code as documented, every port free, no process left"
