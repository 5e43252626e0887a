"""made_model - a model of a district that never was, for tests that need any: calibrated on households drawn from one formula."""

import json
import math
import random
import subprocess

SOURCES = {
    "deposit": {"amounts": ["deposit_money"]},
    "property": {"amounts": ["property_value"], "counts": ["further_homes"]},
    "vehicle": {"counts": ["vehicle_count"], "amounts": ["vehicle_value"]},
    "fund": {"amounts": ["fund_wage"]},
    "electricity": {"amounts": ["electricity_wh"]},
    "telecom": {"amounts": ["telecom_per_adult"]},
}
COLUMNS = [column for source in SOURCES.values() for columns in source.values() for column in columns]
HOUSEHOLDS = 900


def household(dice, number):
    """Income and what shows of it, in fen, Wh and counts; a third pays into no fund."""
    age, size = dice.randint(22, 85), dice.randint(1, 5)
    income = math.exp(dice.gauss(math.log(4_000_000), 0.6)) * size ** 0.6

    def shows(share):
        return round(income * share * math.exp(dice.gauss(0, 0.5)))

    cars = int(income > 8_000_000) + int(dice.random() < 0.2)
    return [number, 1, round(income), age, size, min(2, size // 3), shows(0.8), shows(9), int(dice.random() < 0.1), cars,
            shows(0.5) * cars, shows(0.6) if dice.random() < 0.67 else 0, shows(0.2), shows(0.01)]


def make(olive, folder):
    """The path of the model file; folder must exist."""
    dice = random.Random(1)
    names = ["hh_id", "weight", "income", "head_age", "hh_size", "n_children", *COLUMNS]
    rows = [names, *(household(dice, number) for number in range(1, HOUSEHOLDS + 1))]
    (folder / "sample.csv").write_text("".join(",".join(map(str, row)) + "\n" for row in rows), "utf-8")
    spec = {"name": "made for tests", "provenance": "households that never were", "id": "hh_id", "weight": "weight", "income": "income",
            "age": "head_age", "size": "hh_size", "children": "n_children", "floor": 300000,
            "bands": [5000000, 10000000, 20000000, 50000000, 60000000], "sources": SOURCES, "regime": "fund"}
    (folder / "spec.yaml").write_text(json.dumps(spec), "utf-8")
    path = folder / "district.model"
    subprocess.run([olive, "model", "calibrate", "--data", folder / "sample.csv", "--spec", folder / "spec.yaml", "--out", path],
                   check=True, capture_output=True)
    return path
