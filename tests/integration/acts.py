#!/usr/bin/env python3
"""acts - dead letters replayed corrected, or dismissed: on a delta feed, on lists, and killed at every moment."""

import hashlib
import json
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from desk import BANK, LIST, Desk, bank_lines, roster_lines  # noqa: E402
from scenario import psql  # noqa: E402
from stage import Tap  # noqa: E402

POINTS = ["connect-claim", "connect-claimed", "connect-line", "connect-ending", "connect-published", "connect-settling",
          "connect-standing", "connect-receipt", "connect-settled"]
BAD = "990001195001010000,bad,ICBC,1.00,2025-11-30\n"
BAD_MEMBER = "1,dibao,2025-01-01\n"
ALL = [(1, 10**15)]


def order(desk, feed, kind, original, settled, data="", acts=0, spans=ALL, name="order"):
    """As `olive dlq replay` and `dismiss` leave it: the file, then its control file."""
    folder = desk.state(feed, "acts")
    (folder / name).write_text(data, "utf-8")
    lines = [f"act={kind}", f"original={original}", f"settled={settled}", f"acts={acts}"]
    (folder / f"{name}.ok").write_text("\n".join(lines + [f"span={a}-{b}" for a, b in spans]) + "\n")


def digest_of(text):
    return hashlib.sha256(text.encode()).hexdigest()


def delta(tap):
    with Desk() as desk:
        desk.put("bank", "a.csv", BANK + bank_lines(1, 3) + BAD * 2, sequence=7, received="2025-12-05T09:00:00")
        desk.once(code=0)
        original = desk.last()
        order(desk, "bank", "replay", original["delivery"], 2, BANK + bank_lines(50, 2))
        desk.once(code=0)
        act = desk.last()
        tap.ok("corrected lines are a delivery with the original's sequence and their own bytes",
               (act["state"], act["sequence"], act["published"], act["lines"]) == ("published", 7, 2, 2) and
               act["delivery"] != original["delivery"], act)
        tap.ok("its receipt names the original and what it settles", act["act"] == {
            "original": original["delivery"], "settled": 2, "lines": [[1, 10**15]]} and act["received"] > "2026", act)
        records = [r for r in desk.ids("deposit").values() if r["delivery"] == act["delivery"]]
        tap.ok("its records have the original's sequence for a revision", [r["revision"] for r in records] == [7, 7], records)
        for claim, words, why in (
                ("the same letters cannot be settled twice", (original["delivery"], 2, "x", 1), "more dead letters than its delivery has"),
                ("an act that did not know of another one is refused", (original["delivery"], 2, "x", 0), "before another act"),
                ("an act on no delivery of this feed is refused", ("00" * 32, 1, "x", 0), "did not publish")):
            order(desk, "bank", "replay", *words)
            code, _ = desk.once()
            tap.ok(f"{claim}, exit 65", code == 65 and why in desk.last()["why"], desk.last())
        folder = desk.state("bank", "acts")
        (folder / "odd").write_text("x")
        (folder / "odd.ok").write_text("sequence=1\n")
        code, _ = desk.once()
        tap.ok("an order of another form is refused and taken away", code == 65 and "none of act" in desk.last()["why"] and
               not list(folder.iterdir()), desk.last())
        desk.put("bank", "b.csv", BANK + bank_lines(1, 3), sequence=8, act="replay", original=original["delivery"])
        tap.ok("a department orders no act", desk.once()[0] == 65 and "none of bytes" in desk.last()["why"], desk.last())
        desk.put("bank", "c.csv", BANK + bank_lines(10, 1) + BAD, sequence=9)
        desk.once(code=0)
        dead = desk.last()
        order(desk, "bank", "replay", dead["delivery"], 1, BANK + BAD)
        desk.once(code=0)
        again = desk.last()
        order(desk, "bank", "dismiss", again["delivery"], 1, "dismissed")
        desk.once(code=0)
        tap.ok("a correction that is wrong again has dead letters of its own, which can be dismissed",
               (again["dead_lettered"], desk.last()["state"], desk.last()["lines"]) == (1, "dismissed", 0), desk.last())


def lists(tap):
    def first_two(desk):
        desk.put("roster", "l1.csv", LIST + roster_lines(range(1, 6)), sequence=1, received="2025-03-01T09:00:00")
        desk.once(code=0)
        desk.put("roster", "l2.csv", LIST + roster_lines([1, 2]) + BAD_MEMBER * 2, sequence=2, received="2025-04-01T09:00:00")
        desk.once(code=0)
        return desk.last()

    def endings(desk):
        return sorted((r["valid_to"], r["received"][:4] > "2025") for r in desk.ids("roster").values() if r["line"] == 0)

    with Desk() as desk:
        two = first_two(desk)
        tap.ok("an incomplete list ends nothing", two["state"] == "incomplete" and not endings(desk))
        order(desk, "roster", "replay", two["delivery"], 1, LIST + roster_lines([3]), spans=[(4, 4)])
        desk.once(code=0)
        tap.ok("one of its two letters replayed, it still ends nothing", desk.last()["state"] == "incomplete" and not endings(desk),
               desk.last())
        order(desk, "roster", "dismiss", two["delivery"], 1, "the other", acts=1, spans=[(5, 5)])
        desk.once(code=0)
        tap.ok("the last one dismissed, what the list lacks is ended: on its day, with the act's time of receipt",
               desk.last()["ended"] == 2 and endings(desk) == [("2025-04-01", True)] * 2, (desk.last(), endings(desk)))
        desk.put("roster", "l3.csv", LIST + roster_lines([1, 2, 3]), sequence=3, received="2025-05-01T09:00:00")
        desk.once(code=0)
        tap.ok("the next list finds what was replayed standing, and nothing to end", desk.last()["ended"] == 0, desk.last())
    with Desk() as desk:
        two = first_two(desk)
        desk.put("roster", "l3.csv", LIST + roster_lines([1]), sequence=3, received="2025-05-01T09:00:00")
        desk.once(code=0)
        tap.ok("a newer whole list ends all that stood and that it lacks", desk.last()["ended"] == 4, desk.last())
        order(desk, "roster", "replay", two["delivery"], 2, LIST + roster_lines([3, 4]))
        desk.once(code=0)
        tap.ok("then corrections of the older one are obsolete", (desk.last()["state"], desk.last()["obsolete"]) == ("obsolete", 2),
               desk.last())
    with Desk(roster={"lacking": "retract"}) as desk:
        two = first_two(desk)
        order(desk, "roster", "replay", two["delivery"], 2, LIST + roster_lines([3]) + BAD_MEMBER)
        desk.once(code=0)
        again = desk.last()
        tap.ok("a correction with a bad line leaves the list incomplete", again["state"] == "incomplete", again)
        order(desk, "roster", "dismiss", again["delivery"], 1, "no more")
        desk.once(code=0)
        tap.ok("until that one is settled, too: then what it lacks is retracted", desk.last()["retracted"] == 2, desk.last())


def commands(tap):
    """The same as an operator orders it: what is open, the department's corrections, what will not come."""
    with Desk() as desk:
        desk.put("bank", "a.csv", BANK + bank_lines(1, 3) + BAD * 3, sequence=1)
        desk.once(code=0)
        original = desk.last()["delivery"]
        corrected = desk.work / "corrected.csv"
        corrected.write_text(BANK + bank_lines(50, 2), "utf-8")
        said = desk.olive("dlq", "replay", "bank", corrected, "--only", "5,6-6", "--why", "the branch corrected two")
        tap.ok("dlq replay says what it settles, and who does it", "settles 2 dead letters" in said and "olive-connect does it" in said, said)
        tap.ok("an act that waits is waited for, exit 75", desk.olive("dlq", "dismiss", "bank", code=(75,)) == "")
        desk.once(code=0)
        tap.ok("olive-connect does it", desk.last()["published"] == 2 and desk.last()["act"]["settled"] == 2, desk.last())
        counts = json.loads(desk.olive("dlq", "ls", "--output", "json"))
        tap.ok("dlq ls tells what is open from what is settled, and still balances",
               (counts["matching"], counts["open"], counts["balanced"]) == (3, 1, True), counts)
        shown = desk.olive("dlq", "show", "--open")
        tap.ok("and --open shows the rest alone", shown.count("BAD_ID") == 1 and "line 7:" in shown, shown)
        desk.olive("dlq", "dismiss", "bank", "--delivery", original[:8], "--why", "客户已销户")
        desk.once(code=0)
        counts = json.loads(desk.olive("dlq", "ls", "--output", "json"))
        tap.ok("dismissed, none is open", (counts["open"], desk.last()["state"]) == (0, "dismissed"), counts)
        desk.olive("dlq", "dismiss", "bank", code=(1,))  # nothing is left
        everything = json.dumps(desk.cat("delivery")) + desk.state("bank", "journal", "log").read_text("utf-8")
        audit = [json.loads(line) for line in (desk.work / "state/audit/dlq.log").read_text("utf-8").splitlines()]
        tap.ok("what an operator gives as a reason stands in the audit log and nowhere else", "客户已销户" not in everything and
               "corrected two" not in everything and {"the branch corrected two", "客户已销户"} <= {line.get("why") for line in audit}, audit)
        desk.fuse()
        rows = psql("SELECT state, settled, encode(original, 'hex') FROM olive.delivery ORDER BY receipt_offset", desk.database)
        tap.ok("the table of deliveries has the acts, with the original that they are about, and balances",
               rows.splitlines() == ["published|0|", f"published|2|{original}", f"dismissed|1|{original}"] and desk.balanced(), rows)
        tap.ok("the department's file opens as it came, audited", desk.olive("feed", "open", "bank", digest_of(BANK + bank_lines(1, 3) + BAD * 3)[:10]) ==
               BANK + bank_lines(1, 3) + BAD * 3 and "feed open" in (desk.work / "state/audit/dlq.log").read_text("utf-8"))
    with Desk() as desk:
        desk.put("roster", "l1.csv", LIST + roster_lines(range(1, 6)), sequence=1, received="2025-03-01T09:00:00")
        desk.put("roster", "l2.csv", LIST + roster_lines([1, 2]) + BAD_MEMBER * 2, sequence=2, received="2025-04-01T09:00:00")
        desk.once(code=0)
        corrected = desk.work / "corrected.csv"
        corrected.write_text(LIST + roster_lines([3]) + BAD_MEMBER, "utf-8")
        desk.olive("dlq", "replay", "roster", corrected, "--only", "4")
        desk.once(code=0)
        desk.olive("feed", "dismiss", "roster")
        desk.once(code=0)
        tap.ok("feed dismiss settles a list with all that was done about it", desk.last()["state"] == "dismissed" and
               json.loads(desk.olive("dlq", "ls", "--output", "json"))["open"] == 0 and
               sum(r["ended"] for r in desk.receipts()) == 2, [(r["state"], r["ended"]) for r in desk.receipts()])


def killed(tap):
    def play(desk, fault=None):
        desk.put("roster", "l1.csv", LIST + roster_lines(range(1, 40)), sequence=1, received="2025-03-01T09:00:00")
        desk.once(code=0)
        desk.put("roster", "l2.csv", LIST + roster_lines(range(1, 10)) + BAD_MEMBER * 2, sequence=2, received="2025-04-01T09:00:00")
        desk.once(code=0)
        order(desk, "roster", "replay", desk.last()["delivery"], 2, LIST + roster_lines([10, 11]))
        codes = [desk.once(fault)[0], desk.once(code=0)[0]]
        records = {(r["line"], r["subject"], r["valid_to"], r["delivery"]) for r in desk.ids("roster").values()}
        act = [r for r in desk.receipts() if r.get("act")][-1]
        left = [*desk.state("roster", "work").iterdir(), *desk.state("roster", "acts").iterdir()]
        return codes, records, {key: act[key] for key in ("state", "published", "ended", "act", "arrival")}, left

    with Desk() as desk:
        calm = play(desk)
    for point in POINTS:
        with Desk() as desk:
            codes, *got = play(desk, point)
            tap.ok(f"an act killed at {point} is done once", -9 in codes and got == list(calm[1:]), f"{codes} {got[1:]}")


def main():
    tap = Tap()
    delta(tap)
    lists(tap)
    commands(tap)
    killed(tap)
    tap.end()


if __name__ == "__main__":
    main()
