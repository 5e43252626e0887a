#!/bin/bash
# cli.sh - the command olive as a new operator meets it: exit codes, and one line that says what to do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/tap.sh
. tests/tap.sh

work=$(mktemp -d /tmp/olive-cli.XXXXXX)
database=olive_cli_$$
finish() {
    psql -qXc "DROP DATABASE IF EXISTS $database" postgres || true
    rm -rf "$work"
}
trap finish EXIT

mkdir -p "$work/inbox"
head -c 32 /dev/urandom >"$work/token"
head -c 32 /dev/urandom >"$work/letters"
chmod 600 "$work/token" "$work/letters"
cat >"$work/olive.yaml" <<END
region: "330305"
kafka: {bootstrap.servers: "$KAFKA_BOOTSTRAP"}
postgres: {dbname: $database}
topics: {prefix: "cli$$.", partitions: 4}
keys: {token: token, dead_letter: letters}
period: {first: 2025-01}
connect: {state: state}
feeds:
  bank: {source: deposit, inbox: inbox, complete: true}
END
o() { olive "$@" --config "$work/olive.yaml"; }
code() { local code=0; "$@" >/dev/null 2>&1 || code=$?; echo "$code"; }
lines() { { "$@" 2>&1 >/dev/null || true; } | wc -l; }
json() { { o "$@" --output json 2>/dev/null || true; } | jq -c "$filter"; }

tap_is 'no command: usage' "$(code olive)" 2
tap_ok 'help is no error' olive --help
for words in 'config check' 'config show' 'topics plan' 'schema apply' 'feed test' 'feed inspect' status \
    'period close' 'period assess' 'profile show' 'portrait show' \
    explain dump token cat 'policy check' 'policy diff'; do
    # shellcheck disable=SC2086
    tap_ok "$words --help" olive $words --help
done
tap_fails 'an unknown command is told its neighbour' 2 'did you mean status\?' olive stats
tap_fails 'an unknown option, too' 2 'did you mean .*output' olive status --outptu json
tap_fails 'a format that is none' 2 'takes text or json' olive status --output xml
tap_fails 'an option without its value' 2 'config needs a value' olive status --config
tap_fails 'words too many' 2 'and no more' o config check extra
tap_fails 'words too few' 2 'needs FEED FILE' o feed test bank

tap_ok 'a good configuration' o config check
tap_fails 'no configuration file' 78 'none.yaml: No such file' olive status --config "$work/none.yaml"
tap_fails 'an unknown key' 78 'nope: unknown option' o config check --set nope=1
tap_fails 'a wrong type' 78 'flush_ms must be a whole number' o config check --set fuse.flush_ms=abc
tap_fails 'no inbox' 78 'inbox: /nowhere: No such file' o config check --set feeds.bank.inbox=/nowhere
tap_fails 'no policy' 78 'policy: /nowhere: No such file' o config check --set policy=/nowhere
chmod 644 "$work/token"
tap_fails 'a key that others may read' 78 'olive.yaml:5:.*0644.*chmod 0600' o config check
chmod 600 "$work/token"

tap_fails 'no database' 69 'database .* does not exist' o status
psql -qXc "CREATE DATABASE $database" postgres
tap_fails 'no schema' 78 'olive schema apply' o status
tap_is 'check: the schema differs' "$(code o schema check)" 1
filter='.missing | length > 0'
tap_is 'and says what is missing, as JSON' "$(json schema check)" true
tap_ok 'apply' o schema apply
tap_ok 'apply twice' o schema apply
tap_ok 'now it is the same' o schema check
tap_is 'plan: the topics differ' "$(code o topics plan)" 1
tap_ok 'apply makes them' o topics apply
tap_ok 'and they are the same' o topics plan
tap_is 'another number of partitions differs' "$(code o topics plan --set topics.partitions=8)" 1
tap_is 'which apply does not hide' "$(code o topics apply --set topics.partitions=8)" 1
tap_fails 'an unknown topic' 2 'olive topics plan' o cat olive.nothing.v1

tap_ok 'status balances on nothing' o status
filter='[.balanced, .lines, .lag] == [true, 0, 0]'
tap_is 'also as JSON' "$(json status)" true
filter='map(.feed) == ["bank"]'
tap_is 'feeds as JSON' "$(json feed ls)" true
tap_fails 'a month that is none' 2 'YYYY-MM' o period close 2025-13
tap_fails 'no household named' 2 'name the household' o profile show
tap_fails 'a token that is none' 2 '32 hexadecimal' o explain --token 00
tap_fails 'no period yet' 78 'period.first' o dump --root
tap_fails 'an identifier that is none' 65 'no valid person' o token person 123

printf 'id_no,account_no,bank_code,balance,balance_date\n%s,1,I,1.5,2025-01-01\n1,1,I,1.5,2025-01-01\n' 990000198504123019 >"$work/f.csv"
filter='[.lines, .good, .bad[0].reason, .bad[0].first_line] == [2, 1, "BAD_ID", 3]'
tap_is 'a trial counts good and bad lines' "$(json feed test bank "$work/f.csv")" true
tap_is 'and says that data are bad' "$(code o feed test bank "$work/f.csv")" 65
tap_fails 'a folder is no file' 69 'Is a directory' o feed test bank "$work"
head -c 4000 /dev/zero >"$work/binary"
: >"$work/empty"
printf 'who,what\n1,2\n' >"$work/header"
printf 'id_no,account_no,bank_code,balance,balance_date,colour\n' >"$work/stranger"
tap_fails 'a binary file is refused, as it would be' 65 'it is a binary file' o feed test bank "$work/binary"
tap_fails 'an empty one' 65 'it is empty' o feed test bank "$work/empty"
tap_fails 'a header of nobody says where to look' 65 'charset, delimiter or header of the feed' o feed test bank "$work/header"
tap_fails 'a column that is not mapped, by its place' 65 'whose column 6 is a column' o feed test bank "$work/stranger"
tap_fails 'no such file' 1 'No such file' o feed test bank "$work/none"
tap_fails 'no such feed' 2 'no feed nobody' o feed test nobody "$work/f.csv"

no_kafka=(--set kafka.bootstrap.servers=127.0.0.1:1)
no_postgres=(--set postgres.host=127.0.0.1 --set postgres.port=1)
tap_fails 'Kafka is down' 69 'no broker answers' o topics plan "${no_kafka[@]}"
tap_fails 'PostgreSQL is down' 69 'Connection refused' o status "${no_postgres[@]}"
tap_fails 'also for schema apply' 69 'Connection refused' o schema apply "${no_postgres[@]}"
tap_is 'in one line' "$(lines o schema apply "${no_postgres[@]}")" 1
tap_end
