#!/usr/bin/env python3
"""pages - what the specification says of fifty small cases, against olive's real programs.

    tests/golden/pages.py [CASE]...

Each folder of tests/golden/pages aims at a rule or two where a reader could stumble. Its says.json holds what was worked
out on paper, from the pages alone, by somebody who had seen neither the code nor the oracle: only the columns the case is
about, of the households it is about. "H1" is the registered household of that number, "dwelling/D1" one of another kind.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from scenario import Failed, Scenario, build, stack, template  # noqa: E402
from stage import Tap  # noqa: E402

CASES = Path(__file__).resolve().parent / "pages"
AT_ONCE = 4  # most of the time they wait for the group


def answers_of(folder):
    with Scenario(folder) as scenario:
        scenario.prepare()
        scenario.deliver()
        scenario.fuse()
        answers = scenario.answers(scenario.close_periods())
        if not scenario.balanced():
            raise Failed("the accounting does not balance")
        return answers


def column(row, name):
    group, _, rest = name.rpartition(".")
    return (row[group] if group else row).get(rest, "no such column")


def household_differences(tag, said, rows):
    for name, columns in said.get("households", {}).items():
        row = rows.get(name if "/" in name else f"registered/{name}")
        if row is None:
            yield f"{tag}: {name} has no profile"
            continue
        for key, value in columns.items():
            if column(row, key) != value:
                yield f"{tag}: {name} {key} is {column(row, key)}, not {value}"
    for name in said.get("absent", []):
        if (name if "/" in name else f"registered/{name}") in rows:
            yield f"{tag}: {name} has a profile"


def answer_differences(said, got):
    tag = " as known at ".join([got["period"], *filter(None, [got.get("known_at")])])
    for group in ("covered", "unplaced"):
        for key, value in said.get(group, {}).items():
            if got[group][key] != value:
                yield f"{tag}: {group} {key} is {got[group][key]}, not {value}"
    yield from household_differences(tag, said, {f"{row['kind']}/{row['household_no']}": row for row in got["households"]})


def differences(said, got):
    if "dead_letters" in said:
        wanted = {tuple(letter) for letter in said["dead_letters"]}
        found = {(letter["file"], letter["line"], letter["reason"], letter["column"]) for letter in got["dead_letters"]}
        yield from (f"dead letter {letter}: {'lacking' if letter in wanted else 'not expected'}" for letter in wanted ^ found)
    for key, value in said.get("totals", {}).items():
        if got["totals"][key] != value:
            yield f"{key} is {got['totals'][key]}, not {value}"
    for one, other in zip(said["answers"], got["answers"], strict=True):
        yield from answer_differences(one, other)


def judge(folder):
    said = json.loads((folder / "says.json").read_text("utf-8"))
    try:
        found = list(differences(said, answers_of(folder)))
    except Failed as failure:
        found = [str(failure)]
    return f"{folder.name}: {said['about']}", found


def main():
    tap = Tap()
    build()
    stack()
    template()  # made once, before several ask for it
    folders = [CASES / name for name in sys.argv[1:]] or sorted(path for path in CASES.iterdir() if path.is_dir())
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for claim, found in pool.map(judge, folders):
            tap.ok(claim, not found, "\n".join(found[:8]))
    tap.end()


if __name__ == "__main__":
    main()
