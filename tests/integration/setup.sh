#!/bin/bash
# setup.sh - deploy/setup asks nothing of anybody when nothing is missing, and says what failed. Network and package
# managers are stand-ins on the PATH that note how they were called.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/tap.sh
. tests/tap.sh

work=$(mktemp -d /tmp/olive-setup-test.XXXXXX)
trap 'rm -rf "$work"' EXIT

# stand_in NAME CODE: notes its arguments, and ends with CODE after saying what Maven would.
stand_in() {
    cat >"$work/bin/$1" <<EOF
#!/bin/sh
echo "$1 \$*" >>"$work/calls"
[ $2 = 0 ] || echo "[ERROR] the network is down"
exit $2
EOF
    chmod +x "$work/bin/$1"
}

setup() { PATH=$work/bin:$PATH deploy/setup "$@"; }
setup_jars() { PATH=$work/bin:$PATH OLIVE_KAFKA_JARS=$work/cache/jars deploy/setup; }
entries() { find "$work/cache" -mindepth 1 -printf '%P\n'; }

mkdir "$work/bin"
: >"$work/calls"
for name in apt-get sudo mvn; do
    stand_in "$name" 1
done

tap_ok 'a machine that has all of it is told so' setup --check
tap_ok 'and set up again' setup
tap_is 'without a call to apt, sudo or Maven' "$(<"$work/calls")" ''

tap_fails 'missing jars without network are an error that says where to look' 1 'network is down.*settings\.xml' setup_jars
tap_is 'that leaves no half-filled cache' "$(entries)" ''
stand_in mvn 0
tap_ok 'with network they are fetched' setup_jars
tap_is 'and appear whole, under their own name' "$(entries)" jars
: >"$work/calls"
tap_ok 'the next time' setup_jars
tap_is 'Maven is not called' "$(<"$work/calls")" ''

stand_in dpkg-query 0
tap_fails 'missing packages are named' 1 'missing packages: .*librdkafka-dev' setup --check
tap_fails 'an unknown argument is a usage error' 2 'unknown argument' setup --everything
tap_end
