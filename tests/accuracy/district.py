"""district - a synthetic county through the real programs: what the default model is made of, and held against.

    with made(folder, households, seed) as district:
        district.sample(truth rows, out)      olive model sample
        district.profiles()                   the sealed profiles, as `olive dump` prints them

Its truth (tests/county) is read here and by no program of olive."""

import contextlib
import csv
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/harness"))
from scenario import BUILD, Scenario, month_after  # noqa: E402, F401

PERIOD = "2025-12"


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def calibrate(sample, out):
    done = subprocess.run([BUILD / "daemon/cli/olive", "model", "calibrate", "--data", sample, "--spec",
                           ROOT / "deploy/model/district.yaml", "--out", out], capture_output=True, text=True, check=False)
    print(done.stderr, end="", file=sys.stderr)
    if done.returncode:
        raise RuntimeError("olive model calibrate failed")


class District:
    def __init__(self, folder, scenario):
        self.folder, self.scenario = folder, scenario
        self.truth = {row["household_no"]: row for row in read(folder / "truth.csv")}

    def sample(self, labels, out):
        """`olive model sample` of these rows of the truth."""
        path = self.folder / "labels.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["household_no", "income_fen"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(labels)
        self.scenario.olive("model", "sample", "--labels", path, "--period", PERIOD, "--out", out)

    def profiles(self):
        """Of registered households, by their number."""
        numbers = self.scenario.numbers()
        found = json.loads(self.scenario.olive("dump", "--period", PERIOD, "--output", "json"))["households"]
        return {numbers[one["household"]]: one for one in found if one["kind"] == "registered"}


@contextlib.contextmanager
def made(folder, households, seed, model="none", policy=None):
    """Its files delivered, fused and sealed. model, policy: files, as a configuration names them."""
    folder = Path(folder)
    subprocess.run([BUILD / "tests/county/county", "--out", folder, "--households", str(households), "--seed", str(seed),
                    "--end", PERIOD], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    spec = json.loads((folder / "scenario.json").read_text("utf-8"))
    spec["questions"] = [{"period": PERIOD}]
    (folder / "scenario.json").write_text(json.dumps(spec, ensure_ascii=False), "utf-8")
    with Scenario(folder, model=model, policy=policy) as scenario:
        scenario.prepare()
        scenario.deliver()
        scenario.fuse()
        scenario.close_periods()
        yield District(folder, scenario)
