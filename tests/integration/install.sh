#!/bin/bash
# install.sh - what a package would hold: built without fault points, everything under Debian's paths, and it runs there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/tap.sh
. tests/tap.sh

build="build-package"
work=$(mktemp -d /tmp/olive-install.XXXXXX)
trap 'rm -rf "$work"' EXIT

make_package() {
    [[ -e $build/build.ninja ]] || meson setup "$build" -Dfaults=false || return
    ninja -C "$build" -j2 && DESTDIR=$work/root meson install -C "$build" --no-rebuild --quiet
}
has() { [[ -f $work/root$1 ]]; }
fault_points() { grep -alE 'OLIVE_FAULT|flush-(begin|commit)' "$work"/root/usr/bin/*; }
installed() { "$work/root/usr/bin/$1" "${@:2}"; }
# Folders that hold something, but those of the schema's migrations.
folders() { (cd "$work/root" && find . -type f -printf '%h\n' | grep -v 'olive/schema/' | sort -u | paste -sd ' '); }

tap_ok 'it builds without fault points, and installs' make_package
tap_is 'into these folders' "$(folders)" './etc/olive ./lib/systemd/system ./usr/bin ./usr/lib/sysusers.d ./usr/lib/tmpfiles.d ./usr/share/doc/olive ./usr/share/olive ./usr/share/olive/model ./usr/share/olive/policy ./usr/share/olive/schema'
for file in /usr/bin/olive /usr/bin/olive-fuse /usr/bin/olive-fetch /usr/share/olive/olive.desc /usr/share/olive/policy/330305.yaml \
    /usr/share/olive/model/synthetic-county-2025.model \
    /usr/share/olive/schema/sqitch.plan /usr/share/doc/olive/olive.yaml.example /usr/share/doc/olive/LICENSE; do
    tap_ok "there is $file" has "$file"
done
tap_is 'every migration is there' "$(cd "$work/root/usr/share/olive/schema" && ls deploy)" "$(ls schema/deploy)"
tap_is 'no program has a fault point' "$(fault_points)" ''
tap_is 'it says its version' "$(installed olive --version)" "olive $(sed -n "s/.*version: '\([0-9.]*\)',/\1/p" meson.build | head -1)"
tap_is 'the sample is what the program prints' "$(installed olive config example)" "$(<"$work/root/usr/share/doc/olive/olive.yaml.example")"
tap_is 'the descriptors are those of the records' \
    "$(protoc --descriptor_set_in="$work/root/usr/share/olive/olive.desc" --decode=olive.v1.Record record.proto </dev/null 2>&1 | grep -c 'not found')" 0

# Libraries that programs name themselves; what these need in turn is Debian's affair.
allowed='^(ld-linux-[^.]*|libc|libm|liblapacke|librdkafka|libpq|libprotobuf-c|libyaml-0|libjansson|libuv|libmicrohttpd|libzip|libexpat|libodbc|libcurl|libcrypto|libz|libzstd)\.so'
named() { objdump -p "$work"/root/usr/bin/* | awk '/NEEDED/ { print $2 }' | sort -u | grep -vE "$allowed"; }
tap_is 'no other library is linked than the allowed ones, none of which is under the GPL' "$(named)" ''
tap_end
