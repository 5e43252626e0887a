#!/bin/sh
# install_etc.sh SAMPLE SYSCONFDIR - what is in /etc belongs to the administrator: it is put there once, never over.
set -eu
target=${DESTDIR:-}$2/olive
install -d "$target" "$target/conf.d"
[ -e "$target/olive.yaml" ] || install -m 0640 "$1" "$target/olive.yaml"
