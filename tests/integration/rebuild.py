#!/usr/bin/env python3
"""rebuild - a journal that is lost is made again from the topics: what comes next is judged as if it had been there."""

import shutil
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / name) for name in ("harness", "faults")]
from desk import BANK, LIST, Desk, bank_lines, roster_lines  # noqa: E402
from stage import Tap  # noqa: E402

BAD = "990001195001010000,bad,ICBC,1.00,2025-11-30\n"
BAD_MEMBER = "1,dibao,2025-01-01\n"


def act(desk, feed, kind, settled, data=""):
    """On the feed's last delivery."""
    original = [r for r in desk.receipts() if r["feed"] == feed][-1]["delivery"]
    folder = desk.state(feed, "acts")
    (folder / "order").write_text(data, "utf-8")
    (folder / "order.ok").write_text(f"act={kind}\noriginal={original}\nsettled={settled}\nacts=0\nspan=1-999\n")
    desk.once(code=0)


def before(desk):
    """A history with all that can stand: ended, ended and listed again, incomplete, completed by an act, rejected, duplicate."""
    for sequence, numbers, extra in ((1, range(1, 10), ""), (2, range(3, 10), ""), (4, [1, 2, 3, 4, 5, 6, 7], ""),
                                     (5, [1, 2], BAD_MEMBER)):
        desk.put("roster", f"l{sequence}.csv", LIST + roster_lines(numbers) + extra, sequence=sequence,
                 received=f"2025-0{sequence}-01T09:00:00")
        desk.once(code=0)
    act(desk, "roster", "replay", 1, LIST + roster_lines([3]))
    desk.put("roster", "l6.csv", LIST + roster_lines([1]) + BAD_MEMBER * 2, sequence=6, received="2025-06-01T09:00:00")
    for sequence in (1, 2):
        desk.put("bank", f"b{sequence}.csv", BANK + bank_lines(sequence * 10, 5) + BAD, sequence=sequence,
                 received=f"2025-0{sequence}-01T09:00:00")
    desk.put("bank", "lies.csv", BANK, sequence=3, bytes=1, received="2025-03-01T09:00:00")
    desk.once(code=65)


def after(desk):
    """The same bank's file again, its next one, a list that is obsolete, an act, and the list that settles it all."""
    desk.put("bank", "again.csv", BANK + bank_lines(10, 5) + BAD, sequence=1, received="2025-07-01T09:00:00")
    desk.put("bank", "b3.csv", BANK + bank_lines(30, 5), sequence=3, received="2025-07-02T09:00:00")
    desk.put("roster", "old.csv", LIST + roster_lines([9]), sequence=3, received="2025-07-01T09:00:00")
    desk.once(code=0)
    desk.put("roster", "l7.csv", LIST + roster_lines([2, 8]), sequence=7, received="2025-08-01T09:00:00")
    desk.once(code=0)


def outcome(desk):
    receipts = sorted((r["feed"], r["arrival"], r["state"], r["sequence"], r["published"], r["ended"], r["retracted"],
                       str(r.get("act", {}).get("settled"))) for r in desk.receipts())
    records = sorted((r["delivery"] if r["line"] else "", r["line"], r["subject"], r["valid_to"] or "", r["revision"])
                     for topic in ("deposit", "roster") for r in desk.ids(topic).values() if r["received"] < "2026")
    return receipts, records


def played(lose, **options):
    with Desk(**options) as desk:
        before(desk)
        standing = desk.state("roster", "journal", "standing").read_bytes()
        log = lose(desk)
        again = desk.state("roster", "journal", "standing")
        same = again.exists() and again.read_bytes() == standing
        after(desk)
        return same, log, outcome(desk)


def lose_nothing(desk):
    return ""


def lose_journals(desk):
    for feed in ("bank", "roster"):
        shutil.rmtree(desk.state(feed, "journal"))
    desk.state("bank", "work", "00000042").write_text("somebody's file")
    _, log = desk.once(code=0)
    desk.state("bank", "work", "00000042").unlink()
    return log


def killed_while(desk):
    for feed in ("bank", "roster"):
        shutil.rmtree(desk.state(feed, "journal"))
    return "".join(str(desk.once(fault)) for fault in ("rebuild-standing", None))


def main():
    tap = Tap()
    for name, options in (("end", {}), ("retract", {"roster": {"lacking": "retract"}})):
        _, _, calm = played(lose_nothing, **options)
        same, log, got = played(lose_journals, **options)
        tap.ok(f"lacking {name}: a lost journal is made again, which is told", log.count("journal-rebuilt") == 2, log)
        tap.ok(f"lacking {name}: the list that stands is the same to the byte", same)
        for part, is_, was in zip(("receipts", "records"), got, calm, strict=True):
            tap.ok(f"lacking {name}: what comes then comes to the same {part}", is_ == was,
                   str([pair for pair in zip(is_, was, strict=False) if pair[0] != pair[1]][:3]))
        tap.ok(f"lacking {name}: a file that was under way is told and left", "work-orphaned" in log, log)
    same, log, got = played(killed_while)
    tap.ok("killed between the list and the journal, it is done again", "(-9," in log and same and got == played(lose_nothing)[2], log)
    with Desk() as desk:
        _, log = desk.once(code=0)
        tap.ok("a feed that never delivered has nothing to rebuild", "journal-rebuilt" not in log, log)
    tap.end()


if __name__ == "__main__":
    main()
