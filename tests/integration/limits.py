#!/usr/bin/env python3
"""limits - deliveries that are looked at as a whole first: error limits, control totals, lists that shrink."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from desk import BANK, LIST, Desk, bank_lines, roster_lines  # noqa: E402
from stage import Tap  # noqa: E402

BAD = "990001195001010000,1,ICBC,1.00,2025-11-30\n"


def state_of(desk, code=None):
    _, log = desk.once(code=code)
    return desk.last()["state"], desk.last().get("why") or "", log


def error_limits(tap):
    with Desk(bank={"error_limit": {"records": 3, "ratio": "10%"}}) as desk:
        desk.put("bank", "a.csv", BANK + bank_lines(1, 27) + BAD * 3, sequence=1)
        tap.ok("at its error limit a delivery is published, its bad lines are dead letters",
               state_of(desk, 0)[0] == "published" and (desk.last()["published"], desk.last()["dead_lettered"]) == (27, 3))
        before = len(desk.ids("deposit")), len(desk.dead())
        desk.put("bank", "b.csv", BANK + bank_lines(101, 96) + BAD * 4, sequence=2)
        state, why, log = state_of(desk, 65)
        receipt = desk.last()
        tap.ok("one bad line more and it is quarantined whole, exit 65, with the reasons counted", state == "rejected" and
               "4 bad lines of 100" in why and "BAD_ID 4" in why and why in log, why)
        tap.ok("of a quarantined delivery nothing is published, not even a dead letter",
               (len(desk.ids("deposit")), len(desk.dead())) == before and receipt["lines"] == receipt["rejected"] == 100 and
               receipt["dead_lettered"] == 0, receipt)
        desk.put("bank", "c.csv", BANK + bank_lines(201, 8) + BAD, sequence=2)
        tap.ok("the ratio counts as well as the number", "1 bad lines of 9" in state_of(desk, 65)[1])
        kept = [path for path in desk.state("bank", "rejected").rglob("*") if path.suffix != ".json" and path.is_file()]
        tap.ok("what was quarantined is kept", len(kept) == 2)
        desk.put("bank", "b.csv", BANK + bank_lines(101, 99), sequence=2)
        tap.ok("mended, the same sequence is taken", state_of(desk, 0)[0] == "published" and desk.last()["published"] == 99)


def control_totals(tap):
    dialect = {"trailer_lines": 1, "header_lines": 1, "charset": "gb18030"}
    totals = {"lines": "^笔数[:：]([0-9]+)", "sum": "合计[:：]([0-9.]+)$", "column": "balance"}

    def file(lines, count, total):
        return ("某银行\n" + BANK + lines + f"笔数：{count} 合计：{total}\n").encode("gb18030")

    three, total = bank_lines(1, 3), "7.50"
    with Desk(bank={"dialect": dialect, "totals": totals}) as desk:
        desk.put("bank", "a.csv", file(three, 3, total), sequence=1)
        tap.ok("a file that is as its trailer says is published", state_of(desk, 0)[0] == "published" and desk.last()["published"] == 3)
        for claim, data, why in (("another number of lines", file(three, 4, total), "has 3 lines of data, its control line says 4"),
                                 ("another sum", file(three, 3, "7.49"), "another sum of balance than its control total"),
                                 ("no trailer of the form", file(three, 3, "all"), "that totals.sum looks for"),
                                 ("a file cut short", file(bank_lines(1, 2), 3, total), "has 2 lines of data")):
            desk.put("bank", "b.csv", data, sequence=2)
            state, told, _ = state_of(desk, 65)
            tap.ok(f"{claim} is refused whole", state == "rejected" and why in told, told)
        desk.put("bank", "b.csv", file(three + "990001195001010000,1,ICBC,x,2025-11-30\n", 4, "99.00"), sequence=2)
        state, _, log = state_of(desk, 0)
        tap.ok("a sum is no contradiction where an amount cannot be read, which is said", state == "published" and
               "total-unchecked" in log and desk.last()["dead_lettered"] == 1, log[-300:])
        desk.put("bank", "c.csv", file(bank_lines(50, 2) + BAD, 3, "103.00"), sequence=3)
        tap.ok("a line that is a dead letter for another reason counts in the totals", state_of(desk, 0)[0] == "published")
    with Desk(bank={"totals": {"column": "balance"}}) as desk:
        desk.put("bank", "a.csv", BANK + three, sequence=1, sum="7.5")
        tap.ok("a control file may say the sum", state_of(desk, 0)[0] == "published")
        desk.put("bank", "b.csv", BANK + three, sequence=2, sum="8")
        tap.ok("and is believed when the file says otherwise", "another sum" in state_of(desk, 65)[1])
    with Desk() as desk:
        desk.put("bank", "a.csv", BANK + three, sequence=1, sum="7.5")
        tap.ok("a sum of nobody knows which column is refused", "totals.column" in state_of(desk, 65)[1])


def shrinking(tap):
    with Desk(roster={"shrink_limit": "10%"}) as desk:
        def take(sequence, numbers, extra="", code=0):
            desk.put("roster", f"l{sequence}.csv", LIST + roster_lines(numbers) + extra, sequence=sequence)
            state, why, _ = state_of(desk, code)
            return state, desk.last()["ended"], why

        tap.ok("a first list is taken", take(1, range(1, 1501))[0] == "published")
        tap.ok("one that lacks a tenth is taken, and ends it", take(2, range(151, 1501))[:2] == ("published", 150))
        state, _, why = take(3, range(700, 1501), code=65)
        tap.ok("half a list is quarantined, and says how much it lacks", state == "rejected" and "lacks 549 of the 1350 keys" in why, why)
        tap.ok("nothing was ended by it", sum(r["line"] == 0 for r in desk.ids("roster").values()) == 150)
        half = desk.state("roster", "journal")
        tap.ok("and what stands stays as it was", not (half / "standing.next").exists() and take(3, range(151, 1501))[:2] == ("published", 0))
        desk.put("roster", "l4.csv", LIST + roster_lines(range(700, 1501)), sequence=4)
        _, log = desk.once_with("feeds.roster.shrink_limit=none", code=0)
        tap.ok("with the limit lifted it is taken", desk.last()["state"] == "published" and desk.last()["ended"] == 549, log[-300:])
        tap.ok("lists of a thousand keys or fewer shrink as they like", take(5, range(1400, 1501))[:2] == ("published", 700))


def tightened(tap):
    with Desk() as desk:
        desk.put("bank", "a.csv", BANK + bank_lines(1, 50) + BAD * 5, sequence=1)
        code, _ = desk.once_with("feeds.bank.error_limit.records=5", fault="connect-published")
        desk.once_with("feeds.bank.error_limit.records=1", code=0)
        tap.ok("a limit that is tightened while a delivery is half published does not take it back", code == -9 and
               (desk.last()["state"], desk.last()["published"], len(desk.ids("deposit"))) == ("published", 50, 50), desk.last())


def settings(tap):
    for claim, options, words in (
            ("a ratio over 1", ["error_limit.ratio=1.5"], ["error_limit.ratio", "share from 0 to 1"]),
            ("totals.sum without its column", ["trailer_lines=1", "totals.sum=(1)"], ["needs totals.column"]),
            ("totals without control lines", ["totals.lines=(1)"], ["header_lines or trailer_lines"]),
            ("a column that the source does not have", ["trailer_lines=1", "totals.sum=(1)", "totals.column=salary"],
             ["salary is no column of deposit"])):
        with Desk() as desk:
            _, log = desk.once_with(*(f"feeds.bank.{option}" for option in options), code=78)
            tap.ok(f"{claim} is refused, exit 78", all(word in log for word in words), log)


def main():
    tap = Tap()
    error_limits(tap)
    control_totals(tap)
    shrinking(tap)
    tightened(tap)
    settings(tap)
    tap.end()


if __name__ == "__main__":
    main()
