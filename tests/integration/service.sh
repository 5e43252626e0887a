#!/bin/bash
# service.sh - the units as they are installed: systemd can read them, they are locked up, and users and folders are made.
# (What the programs say to a service manager is in service_life.py.)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/tap.sh
. tests/tap.sh

exposure_max=20 # tenths of systemd's points: "OK" is below 45, a service without hardening has 96
work=$(mktemp -d /tmp/olive-service.XXXXXX)
trap 'rm -rf "$work"' EXIT
root=$work/root
: "${root:?}"

install_all() { DESTDIR=$root meson install -C "${OLIVE_BUILD:-build}" --no-rebuild --quiet; }
unit() { find "$root" -path "*/systemd/system/$1"; }

# The programs of this installation in the place of those of the machine.
verify() {
    mkdir -p "$work/units"
    sed "s#=/usr/bin/olive#=$root/usr/bin/olive#" "$(unit "$1")" >"$work/units/$1"
    systemd-analyze verify --man=no --recursive-errors=no "$work/units/$1"
}
exposed() { systemd-analyze security --offline=yes --no-pager --threshold=$exposure_max "$(unit "$1")"; }
says() { grep -qxF "$2" "$(unit "$1")"; }

tap_ok 'it installs' install_all
for name in olive-connect olive-fuse; do
    unit=$name.service
    tap_ok "$unit is good" verify "$unit"
    tap_ok "$unit is exposed by no more than $exposure_max tenths" exposed "$unit"
    for line in "User=$name" Type=notify Restart=on-failure 'RestartPreventExitStatus=78 2' LimitCORE=0 NoNewPrivileges=yes \
        ProtectSystem=strict PrivateTmp=yes CapabilityBoundingSet= 'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6' \
        SystemCallFilter=@system-service "ExecStart=/usr/bin/$name"; do
        tap_ok "$unit says $line" says "$unit" "$line"
    done
    tap_ok "$unit has a watchdog" grep -q '^WatchdogSec=[1-9]' "$(unit "$unit")"
done
for key in olive-token olive-dead-letter; do
    tap_ok "olive-connect gets $key" says olive-connect.service "LoadCredential=$key:/etc/olive/keys/$key"
    tap_is 'olive-fuse does not' "$(grep -c "$key" "$(unit olive-fuse.service)")" 0
done

# Both tools work below the folder alone, on one file each, which is named.
make_users() { systemd-sysusers --root="$root" "$root/usr/lib/sysusers.d/olive.conf"; }
make_folders() { systemd-tmpfiles --root="$root" --create "$root/usr/lib/tmpfiles.d/olive.conf"; }
user_of() { awk -F: -v id="$(stat -c %u "$root$1")" '$3 == id { print $1 }' "$root/etc/passwd"; }
group_of() { awk -F: -v id="$(stat -c %g "$root$1")" '$3 == id { print $1 }' "$root/etc/group"; }
mode_of() { stat -c %a "$root$1"; }

if ((EUID == 0)); then
    tap_ok 'systemd-sysusers makes the users' make_users
    tap_is 'olive-connect and olive-fuse are in the group olive' "$(awk -F: '$1 == "olive" { print $4 }' "$root/etc/group")" \
        olive-connect,olive-fuse
    tap_is 'neither can log in' "$(awk -F: '/^olive-/ { print $7 }' "$root/etc/passwd" | sort -u)" /usr/sbin/nologin
    printf 'root:x:0:0:root:/root:/bin/bash\n' >>"$root/etc/passwd"
    printf 'root:x:0:\n' >>"$root/etc/group"
    tap_ok 'systemd-tmpfiles makes the folders' make_folders
    tap_is 'the keys are for root alone' "$(user_of /etc/olive/keys) $(mode_of /etc/olive/keys)" 'root 700'
    tap_is 'the configuration is for root and the group olive' \
        "$(user_of /etc/olive/olive.yaml) $(group_of /etc/olive/olive.yaml) $(mode_of /etc/olive/olive.yaml)" 'root olive 640'
    tap_is 'inboxes lie where olive-connect can rename' "$(user_of /var/lib/olive/inbox) $(mode_of /var/lib/olive/inbox)" \
        'olive-connect 711'
fi

# ---- the configuration that comes with it ----

config_check() {
    (
        umask 077
        mkdir -p "$work/keys"
        openssl rand 32 >"$work/keys/olive-token"
        openssl rand 32 >"$work/keys/olive-dead-letter"
    )
    CREDENTIALS_DIRECTORY=$work/keys "$root/usr/bin/olive" config check --config "$root/etc/olive/olive.yaml" \
        --set "policy=$root/usr/share/olive/policy/330305.yaml" \
        --set "model=$root/usr/share/olive/model/synthetic-county-2025.model" "$@"
}

tap_ok 'the configuration is good' config_check
echo 'region: "330303"' >"$root/etc/olive/olive.yaml"
tap_ok 'it installs again' install_all
tap_is 'and leaves what the administrator wrote' "$(<"$root/etc/olive/olive.yaml")" 'region: "330303"'

# The feed that it shows in a comment, as a file of conf.d.
cp deploy/systemd/olive.yaml "$root/etc/olive/olive.yaml"
sed -n 's/^#     //p' deploy/systemd/olive.yaml >"$root/etc/olive/conf.d/feed.yaml"
tap_ok 'the feed that it shows is good' config_check --set "feeds.bank-a-deposit.inbox=$work"
tap_end
