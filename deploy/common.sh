# common.sh - what the scripts of this folder share. Sourced, never run.
# Messages go to stderr: stdout belongs to what a command was asked for.
# shellcheck shell=bash

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$@"; exit 1; }

# The folder of Kafka's jars, named after what the pom asks for: another pom is another folder, two clones with the
# same pom share one, and a clone without network finds what an earlier one fetched. OLIVE_KAFKA_JARS overrides it.
kafka_jars() {
    local pom digest
    pom="$(dirname "${BASH_SOURCE[0]}")/kafka/pom.xml"
    digest=$(sha256sum <"$pom") || return
    echo "${OLIVE_KAFKA_JARS:-${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/olive/kafka-${digest:0:12}}"
}
