# tap.sh - claims as TAP lines, for tests written in bash. Sourced.
# shellcheck shell=bash

tap_count=0
tap_failed=0

# tap_ok CLAIM COMMAND…: holds when the command succeeds; what it says goes to stderr.
tap_ok() {
    local claim=$1
    shift
    if "$@" >&2; then
        tap_result ok "$claim"
    else
        tap_result 'not ok' "$claim"
        printf '# failed: %s\n' "$*" >&2
    fi
}

# tap_fails CLAIM CODE PATTERN COMMAND…: holds when the command exits with CODE and says PATTERN on stderr.
tap_fails() {
    local claim=$1 want=$2 pattern=$3 said code=0
    shift 3
    said=$("$@" 2>&1 >/dev/null) || code=$?
    if ((code == want)) && [[ $said =~ $pattern ]]; then
        tap_result ok "$claim"
    else
        tap_result 'not ok' "$claim"
        printf '# exit %d (wanted %d), said: %s\n' "$code" "$want" "$said" >&2
    fi
}

tap_is() {
    if [[ $2 == "$3" ]]; then
        tap_result ok "$1"
    else
        tap_result 'not ok' "$1"
        printf '# got %s, wanted %s\n' "$2" "$3" >&2
    fi
}

tap_result() {
    echo "$1 $((++tap_count)) - $2"
    [[ $1 == ok ]] || ((++tap_failed))
}

tap_end() {
    echo "1..$tap_count"
    ((tap_failed == 0))
}
