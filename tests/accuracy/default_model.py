#!/usr/bin/env python3
"""default_model - makes the model that olive comes with anew, on the synthetic county.

    tests/accuracy/default_model.py [--out deploy/model/synthetic-county-2025.model] [--sample CSV]

A county of its own seed goes through the real programs; `olive model sample` and `olive model calibrate` do the rest. Needs a
stack, as tests/scenario does, and takes about two minutes. Commit what it makes; the same programs and libraries make the same bytes.
"""

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import district  # noqa: E402

HOUSEHOLDS, LABELS, SEED = 5000, 3000, 2025
MODEL = district.ROOT / "deploy/model"


def labels_of(truth):
    return random.Random(SEED).sample(sorted(truth.values(), key=lambda row: row["household_no"]), LABELS)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, default=MODEL / "synthetic-county-2025.model")
    parser.add_argument("--sample", type=Path, help="keep the labelled sample, too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="olive-model.") as work, \
            district.made(Path(work) / "county", HOUSEHOLDS, SEED) as made:
        sample = Path(work) / "sample.csv"
        made.sample(labels_of(made.truth), sample)
        district.calibrate(sample, options.out)
        if options.sample:
            shutil.copyfile(sample, options.sample)


main()
