# postgres.sh - the PostgreSQL of a stack. Sourced by deploy/stack; $dir, $postgres_{data,socket,port,user} are set.
# PostgreSQL refuses to run as root: then its files lie outside of $dir, where its own user can reach them.
# shellcheck shell=bash disable=SC2154

postgres_bin=${OLIVE_POSTGRES_BIN:-/usr/lib/postgresql/15/bin}

# How a command is run as the user of the server, without what the caller's environment says about other servers.
postgres_command() {
    postgres_as=(env -u PGDATA -u PGOPTIONS -u PGSERVICE -u PGHOST -u PGPORT -u PGUSER -u PGDATABASE LC_ALL=C.UTF-8)
    ((EUID != 0)) || postgres_as=(setpriv --reuid "$postgres_user" --regid "$postgres_user" --init-groups "${postgres_as[@]}")
}

postgres_check() {
    [[ -x $postgres_bin/postgres ]] || die "PostgreSQL 15 is not in $postgres_bin: deploy/setup installs it"
    postgres_command
}

# A folder for the server alone. In /tmp anybody may have made it before us: then it is not ours to use.
postgres_folder() {
    [[ ! -L $1 ]] || die "$1 is a link; remove it"
    [[ -d $1 ]] || install -d -m 700 -o "$postgres_user" "$1" || die "cannot make $1"
    [[ $(stat -c %U "$1") == "$postgres_user" ]] || die "$1 belongs to somebody else; remove it"
}

postgres_configure() {
    cat "$here/postgres/postgresql.conf" - >"$postgres_data/postgresql.conf" <<EOF

listen_addresses = '127.0.0.1'
port = $postgres_port
unix_socket_directories = '$postgres_socket'
unix_socket_permissions = 0700
EOF
    # The socket's folder is closed to others; who comes by TCP needs the password of $dir/pgpass.
    printf 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n' >"$postgres_data/pg_hba.conf"
}

postgres_init() {
    local output
    postgres_folder "$postgres_data"
    output=$(cd / && "${postgres_as[@]}" "$postgres_bin/initdb" -D "$postgres_data" -U olive --locale=C -E UTF8 \
        --data-checksums --auth-local=trust --auth-host=reject 2>&1) || die "initdb failed:"$'\n'"$(tail -5 <<<"$output")"
}

# No process works in the data folder, which is where the server and all its children stand.
postgres_deserted() {
    local cwd
    for cwd in /proc/[0-9]*/cwd; do
        [[ $(readlink "$cwd" 2>/dev/null) != "$postgres_data" ]] || return 1
    done
}

# A killed server stays a zombie under an init that does not reap, and PostgreSQL takes that for a live one.
postgres_unlock() {
    local pid
    read -r pid 2>/dev/null <"$postgres_data/postmaster.pid" || return 0
    [[ -z $(process_started "$pid") ]] || return 0
    process_wait 10 postgres_deserted || die "an abandoned PostgreSQL process still works in $postgres_data"
    rm -rf "$postgres_data/postmaster.pid" "$postgres_socket"
}

postgres_start() {
    postgres_unlock
    postgres_folder "$postgres_socket"
    postgres_configure
    : >"$dir/postgres.log"
    (cd / && process_spawn "$dir/postgres.pid" "$dir/postgres.log" "${postgres_as[@]}" "$postgres_bin/postgres" -D "$postgres_data")
}

postgres_await() {
    process_wait "$wait_s" postgres_ready || die "PostgreSQL is not ready after $wait_s s; see $dir/postgres.log"
    process_gone "$dir/postgres.pid" || return 0
    grep -E 'FATAL|PANIC|HINT|could not' "$dir/postgres.log" | tail -3 >&2 || true
    die "PostgreSQL ended while starting; see $dir/postgres.log"
}

# The eighth line of the server's own pid file is its state.
postgres_ready() {
    local -a lines=()
    process_gone "$dir/postgres.pid" && return
    mapfile -t lines 2>/dev/null <"$postgres_data/postmaster.pid"
    [[ ${lines[0]-} == "$(process_pid "$dir/postgres.pid")" && ${lines[7]-} == ready* ]]
}

postgres_sql() {
    env -u PGOPTIONS -u PGSERVICE "$postgres_bin/psql" -XqAt -v ON_ERROR_STOP=1 -h "$postgres_socket" -p "$postgres_port" \
        -U olive -d "$1"
}

# The first time: the database, and a password for those who come by TCP.
postgres_create() {
    local password
    [[ -e $dir/pgpass ]] && return
    password=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
    printf "ALTER ROLE olive PASSWORD '%s';\n%s\n" "$password" 'CREATE DATABASE olive;' | postgres_sql postgres
    (umask 077 && echo "127.0.0.1:$postgres_port:*:olive:$password" >"$dir/pgpass.new")
    mv "$dir/pgpass.new" "$dir/pgpass"
}
