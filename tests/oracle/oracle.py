#!/usr/bin/env python3
"""oracle - every figure of a folder of deliveries, recomputed from FEEDS.md and ASSESSMENT.md 2.2 alone.

    oracle.py FOLDER        reads FOLDER/scenario.json and the files it names, prints one JSON object

The layout of scenario.json and of the answer is that of tests/golden/example (scenario.json, expected.json); a
household carries deposit_mean, fund_balance, head_age and the assessed ledger beside the columns there. A feed, or a single receipt, may
have a `dialect` as `county` writes it. It shares no code and no
table with olive: where they differ, one of them has misread the pages. Only the standard library is used.
Exit: 0, 2 for a wrong call or a folder that cannot be read.
"""
import datetime
import json
import os
import pathlib
import sys

from assess import Assessor
from assessed import scorer
from coverage import Coverage
from fold import Facts
from household import households_at, unplaced
from indicators import Moment
from intake import Intake
from policy import Policy
from values import month as month_index


SHIPPED_MODEL = pathlib.Path(__file__).resolve().parents[2] / "deploy/model/synthetic-county-2025.model"


class Folder:
    """A scenario whose deliveries have been taken; answers questions."""

    def __init__(self, path, scenario=None):
        if scenario is None:
            with open(os.path.join(path, "scenario.json"), encoding="utf-8") as file:
                scenario = json.load(file)
        self.scenario = scenario
        self.policy = Policy(scenario.get("policy", {}))
        model = scenario.get("model", SHIPPED_MODEL)
        self.model = None if model == "none" else scorer.Model(pathlib.Path(path, model))
        self.intake = Intake(path, scenario)
        self.facts = {}

    def facts_at(self, known_at):
        if known_at not in self.facts:
            self.facts = {known_at: Facts(self.intake.records, known_at)}      # the last one is kept
        return self.facts[known_at]

    def answer(self, question):
        known_at = question.get("known_at")
        moment = datetime.datetime.fromisoformat(known_at) if known_at else None
        facts, at = self.facts_at(moment), Moment(month_index(question["period"]))
        coverage = Coverage(self.intake.feeds, at.period, moment)
        households = households_at(facts, at.last_day)
        assessor = Assessor(facts, at, coverage, self.policy, self.model)
        return {**question, "covered": coverage.covered, "unplaced": unplaced(facts, households, at.period),
                "households": [assessor.assess(households[where]) for where in sorted(households)]}

    def report(self):
        dead = sorted(self.intake.dead_letters, key=lambda letter: (letter["file"], letter["line"]))
        return {"totals": self.intake.totals, "dead_letters": dead,
                "answers": [self.answer(question) for question in self.scenario["questions"]]}


def main(arguments):
    if len(arguments) != 1 or arguments[0] in ("-h", "--help"):
        print(__doc__, file=sys.stderr)
        return 2
    try:
        folder = Folder(arguments[0])
    except (OSError, KeyError, ValueError) as error:
        print(f"oracle: {arguments[0]}: {error!r}", file=sys.stderr)
        return 2
    json.dump(folder.report(), sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
