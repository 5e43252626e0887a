#!/bin/bash
# quickstart.sh - what a newcomer's first command does: a sealed month and a report, the same the second time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tests/tap.sh
. tests/tap.sh
# shellcheck source=deploy/process.sh
. deploy/process.sh

work=$(mktemp -d /tmp/olive-quickstart-test.XXXXXX)
finish() {
    deploy/stack reset --dir "$work/q/stack" || true
    rm -rf "$work"
}
trap finish EXIT

# quickstart RUN OPTION…: the report of a run in RUN.out, its progress in RUN.err.
quickstart() { deploy/quickstart --dir "$work/q" --months 2 "${@:2}" >"$work/$1.out" 2>"$work/$1.err"; }
reports() { grep -qE -- "$2" "$work/$1.out"; }
says() { grep -qE -- "$2" "$work/$1.err"; }
root_of() { sed -nE 's/^2025-12 +sealed .* ([0-9a-f]{64})$/\1/p' "$work/$1.out"; }
config() { OLIVE_CONFIG=$work/q/olive.yaml "$@"; }
delivered() { config olive feed ls --output json | jq '[.[].deliveries] | add'; }
modes() { stat -c %a "$work"/q/keys/* | sort -u; }
pids() { deploy/stack status --dir "$work/q/stack" --output json | jq '.[].pid'; }
running() {
    local pid
    for pid in "$@"; do
        [[ -z $(process_started "$pid") ]] || cat "/proc/$pid/comm"
    done
}

tap_fails 'no number of households' 2 'whole number' deploy/quickstart --households many
tap_fails 'an unknown option' 2 'unknown argument --fast' deploy/quickstart --fast
tap_fails 'an option without its value' 2 'needs a value' deploy/quickstart --dir
mkdir "$work/full" && touch "$work/full/letter"
tap_fails 'a folder with something else in it is left alone' 1 'holds something else' deploy/quickstart --dir "$work/full"
tap_is 'as it is' "$(ls "$work/full")" letter

tap_ok 'sixty households' quickstart first --households 60
tap_ok 'every line is accounted for' reports first '^Every line and record is accounted for'
for source in deposit property vehicle fund electricity water gas telecom transport; do
    tap_ok "the states of $source" reports first "^ [^ ]+ $source +\|( +[0-9]+ \|){3} +[0-9]+$"
done
tap_ok 'what is declared, over households' reports first '申报 declared +\| +[1-9]'
tap_ok 'what is evidenced, over households' reports first '核实 evidenced, at least +\| +[1-9]'
tap_ok 'what is assessed, over households' reports first '评估 assessed, median +\| +[1-9]'
tap_ok 'bands of income' reports first '^ +below 50,000 +[0-9*]'
tap_ok "the plan's two indicators" reports first '^  B, 200,000–600,000 yuan'
tap_ok 'whose model it is' reports first 'Estimates by the model synthetic-county'
tap_ok 'a page to print' grep -q '</svg>' "$work/q/portrait.svg"
tap_ok 'one household' reports first '^(Income profile of household [0-9a-f]{32} |家庭收入画像：户籍户 [0-9a-f]{32}$)'
tap_ok 'where its wage comes from' reports first '^ +2025-1[12]-01 fund, delivery [0-9]+, line [0-9]+: went in'
tap_ok 'how to stop' reports first "stack down --dir $work/q/stack"
tap_is 'a month is sealed' "$(root_of first | wc -l)" 1
tap_is 'only the owner reads the keys' "$(modes)" 600
tap_is 'the seal is what the evidence says' "$(config olive dump --root --period 2025-12 --known-at 2026-12-31T23:59:59)" "$(root_of first)"
count=$(delivered)

tap_ok 'a second run' quickstart second --households 60
tap_ok 'says that the district is there' says second 'has this district already'
tap_ok 'and that the root is as before' reports second 'root hash is that of the run before'
tap_is 'it is' "$(root_of second)" "$(root_of first)"
tap_is 'nothing was delivered twice' "$(delivered)" "$count"

printf '0%.0s' {1..64} >"$work/q/sealed.root"
tap_fails 'another root than before is an error' 1 'is not that of the run before' deploy/quickstart --dir "$work/q" --months 2 --households 60

tap_ok 'another seed' quickstart third --households 60 --seed 2
tap_ok 'is said to replace the district' says third 'another district .*seed=1.*: removing it'
tap_ok 'and gives another root' test "$(root_of third)" != "$(root_of first)"
tap_is 'of this district alone' "$(delivered)" "$count"

mapfile -t servers < <(pids)
tap_is 'two servers run' "${#servers[@]}" 2
deploy/stack reset --dir "$work/q/stack"
tap_is 'and none after a reset' "$(running "${servers[@]}")" ''
tap_ok 'a run without its stack' quickstart fourth --households 60 --seed 2
tap_is 'loads the district again' "$(delivered)" "$count"
tap_end
