#!/bin/sh
# Every text for people is used by somebody, and stands once in the table. TAP.
# usage: messages_used.sh FOLDER-OF-SOURCES
set -eu
table=$1/message_table.h
ids=$(sed -n 's/^MESSAGE(\([A-Z0-9_]*\),.*/\1/p' "$table")
echo 1..2
claim() {
    if [ -z "$3" ]; then
        echo "ok $1 - $2"
    else
        echo "not ok $1 - $2"
        printf '%s\n' "$3" | sed 's/^/# /'
    fi
}
used=$(cat "$1"/*.[ch] | grep -oE '\bMSG_[A-Z0-9_]+' | sed 's/^MSG_//' | sort -u)
claim 1 'no text is unused' "$(printf '%s\n' "$ids" | grep -vxF "$used" || true)"
claim 2 'no two texts say the same in both languages' \
    "$(sed -n 's/^MESSAGE([A-Z0-9_]*, *//p' "$table" | sort | uniq -d)"
