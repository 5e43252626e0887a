#!/bin/bash
# stack.sh - deploy/stack when things go right, and when they do not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/tap.sh
. tests/tap.sh

work=$(mktemp -d /tmp/olive-stack-test.XXXXXX)
listener=
finish() {
    [[ -z $listener ]] || kill "$listener" 2>/dev/null || true
    deploy/stack reset --dir "$work/a" || true
    deploy/stack reset --dir "$work/b" || true
    rm -rf "$work"
}
trap finish EXIT

a() { deploy/stack "$1" --dir "$work/a" "${@:2}"; }
b() { deploy/stack "$1" --dir "$work/b" "${@:2}"; }
# shellcheck disable=SC1090,SC1091
setting() { (. "$work/$1/settings" && echo "${!2}"); }
pids() { jq -c '[.[].pid]' < <("$1" status --output json); }
query() { (eval "$("$1" env)" && psql -qXAtc "$2"); }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
processes_of() {
    local file words
    for file in /proc/[0-9]*/cmdline; do
        mapfile -d '' words 2>/dev/null <"$file" || continue
        [[ ${words[*]} != *"$1"* ]] || echo "${words[*]}"
    done
}
silent() { ! answers "$1"; }

tap_fails 'no stack, no status' 1 'no stack in' a status
tap_fails 'an unknown command is a usage error' 2 'unknown command' a dance
tap_fails 'a folder with a blank in its name is refused' 2 'may not have blanks' deploy/stack up --dir "$work/a b"
tap_fails 'no Java is said' 1 'no Java' env JAVA_HOME=/nowhere deploy/stack up --dir "$work/a"
tap_fails 'no jars is said' 1 'deploy/setup fetches them' env OLIVE_KAFKA_JARS=/nowhere deploy/stack up --dir "$work/a"
tap_fails 'no PostgreSQL is said' 1 'deploy/setup installs it' env OLIVE_POSTGRES_BIN=/nowhere deploy/stack up --dir "$work/a"
tap_fails 'a full disk is said' 1 'disk full' env OLIVE_STACK_FREE_MIB=999999999 deploy/stack up --dir "$work/a"

tap_ok 'up' a up
tap_ok 'status says that all runs' a status
tap_is 'the database answers' "$(query a 'SELECT current_database()')" olive
before=$(pids a)
tap_ok 'up twice' a up
tap_is 'changes nothing' "$(pids a)" "$before"
tap_fails 'other brokers than at first are refused' 1 'has 1 broker' a up --brokers 3

tap_ok 'a second stack, side by side' b up
tap_is 'the first is untouched' "$(pids a)" "$before"
tap_ok 'they have different ports' test "$(a env | grep BOOTSTRAP)" != "$(b env | grep BOOTSTRAP)"

query a 'CREATE TABLE kept (); CHECKPOINT'
kafka_port=$(setting a kafka_ports) kafka_port=${kafka_port%% *}
tap_ok 'kill takes the servers away' a kill kafka
a kill postgres
tap_fails 'status says so' 1 '^$' a status
tap_ok 'and up brings them back' a up
tap_is 'with their data' "$(query a "SELECT count(*) FROM pg_class WHERE relname = 'kept'")" 1
tap_ok 'restart' a restart postgres
tap_ok 'runs again' a status

# A pid file that names a process of somebody else: this shell, which has another start time.
cp "$work/b/kafka-1.pid" "$work/pid"
echo "$$ 1" >"$work/b/kafka-1.pid"
tap_ok 'down with the pid of a stranger' b down
tap_ok 'leaves the stranger alone' kill -0 $$
kill "$(cut -d ' ' -f 1 "$work/pid")"

port=$(setting a postgres_port)
tap_ok 'down' a down
tap_ok 'frees the port of PostgreSQL' silent "$port"
tap_ok 'frees the port of Kafka' silent "$kafka_port"
tap_ok 'removes the sockets' test ! -e "$(setting a postgres_socket)"
tap_is 'leaves no process that works for it' "$(processes_of "$work/a")" ''
tap_ok 'down twice' a down

python3 -c 'import socket, sys, time
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(sys.argv[1]))); s.listen(); time.sleep(60)' "$port" &
listener=$!
for _ in {1..100}; do
    ! answers "$port" || break
    sleep 0.05
done
tap_fails 'a port that another program took is said' 1 "port $port of postgres is taken" a up
tap_ok 'and what had been started is stopped again' silent "$kafka_port"
kill "$listener"
listener=

data=$(setting a postgres_data)
tap_ok 'reset' a reset
tap_ok 'removes the data' test ! -e "$data" -a ! -e "$work/a"
tap_end
