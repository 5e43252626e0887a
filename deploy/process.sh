# process.sh - background processes that are known by more than a number. Sourced by deploy/stack.
#
# A pid file holds "pid start-time": a pid that now belongs to somebody else started at another moment, is not ours,
# and is never signalled.
# shellcheck shell=bash

# Time the process started, in clock ticks since boot (field 22 of stat; the name before it may hold blanks).
process_started() {
    local stat
    read -r stat 2>/dev/null <"/proc/$1/stat" || return
    set -- ${stat##*) }
    [[ $1 != Z ]] && echo "${20}"
}

# The pid of a pid file, when it is still the process that was started.
process_pid() {
    local pid started
    read -r pid started 2>/dev/null <"$1" || return
    [[ $started == "$(process_started "$pid")" ]] && echo "$pid"
}

# process_spawn PID_FILE OUTPUT COMMAND…: in a session of its own, output appended. The lock of the caller (fd 9)
# must not live on in the child.
process_spawn() {
    local file=$1 output=$2 pid
    shift 2
    setsid "$@" </dev/null >>"$output" 2>&1 9>&- &
    pid=$!
    echo "$pid $(process_started "$pid")" >"$file"
}

# process_wait SECONDS COMMAND…: polls until the command succeeds; 1 when the time is over.
process_wait() {
    local tries=$(($1 * 20))
    shift
    until "$@"; do
        ((tries-- > 0)) || return 1
        sleep 0.05
    done
}

process_gone() { ! process_pid "$1" >/dev/null; }

# process_stop PID_FILE SIGNAL SECONDS: asks, waits, and insists when nothing happens. It asks every second: a process
# that has only just been started may not listen yet.
process_stop() {
    local pid tries=$3
    while pid=$(process_pid "$1"); do
        if ((tries-- == 0)); then
            say "process $pid did not stop in $3 s; killing it"
            process_kill "$1"
            break
        fi
        kill -s "$2" "$pid" 2>/dev/null || true
        process_wait 1 process_gone "$1" || true
    done
    rm -f "$1"
}

process_all_gone() {
    local pid
    for pid in "$@"; do
        [[ -z $(process_started "$pid") ]] || return 1
    done
}

# kill -9, children included: they would hold memory and sockets of the dead parent.
process_kill() {
    local pid children=
    pid=$(process_pid "$1") || return 0
    read -r children 2>/dev/null <"/proc/$pid/task/$pid/children" || true
    # shellcheck disable=SC2086  # a list of numbers
    set -- "$pid" $children
    kill -s KILL "$@" 2>/dev/null || true
    process_wait 10 process_all_gone "$@"
}

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# A port that nobody answers on, below the range from which the kernel takes ports for outgoing connections.
port_free() {
    local port
    for _ in {1..100}; do
        port=$((15000 + RANDOM % 17000))
        port_answers "$port" || { echo "$port"; return; }
    done
    die "no free port between 15000 and 32000"
}
