#!/bin/sh
# The core is pure: of libc it may use mem*, str*, qsort, snprintf and the allocator of lib/base, nothing else. TAP.
# usage: core_symbols.sh LIBCORE.A LIBBASE.A
set -eu
core=$1 base=$2
allowed='^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail|__(asan|ubsan|tsan|sanitizer|sancov)_.*|__popcountdi2|__(div|mod|udiv|umod)ti[34]|__floattidf|(__)?(bcmp|mem(chr|cmp|cpy|move|set)|str(cmp|len|chr|ncmp)|snprintf|(v|)snprintf)(_chk)?|qsort|realloc|free|malloc)$'
defined=$(nm -g --defined-only "$core" "$base" 2>/dev/null | awk 'NF == 3 { print $3 }' | sort -u)
wanted=$(nm -u "$core" 2>/dev/null | awk '$1 == "U" { print $2 }' | sort -u)
echo 1..1
foreign=$(printf '%s\n' "$wanted" | grep -vxF "$defined" | grep -vE "$allowed" || true)
if [ -z "$foreign" ]; then
    echo 'ok 1 - lib/core asks for nothing that does I/O, reads a clock or keeps a global'
else
    echo 'not ok 1 - lib/core asks for nothing that does I/O, reads a clock or keeps a global'
    printf '%s\n' "$foreign" | sed 's/^/# /'
    exit 1
fi
