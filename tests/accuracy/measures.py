"""The measures by which a model of income is judged, all weighted (tests/accuracy/README.md says what each means)."""

import csv
import math

FLOOR = 3000


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ln_income(row):
    return math.log(max(float(row["income"]), FLOOR))


def r2(truth, estimate, weight):
    total = sum(weight)
    mean = sum(w * y for w, y in zip(weight, truth)) / total
    error = sum(w * (y - e) ** 2 for w, y, e in zip(weight, truth, estimate))
    return 1 - error / sum(w * (y - mean) ** 2 for w, y in zip(weight, truth))


def coverage(rows, scores):
    inside = sum(float(r["weight"]) for r, s in zip(rows, scores)
                 if float(s["lo"]) <= max(float(r["income"]), FLOOR) <= float(s["hi"]))
    return inside / sum(float(r["weight"]) for r in rows)


def ranked_probability(rows, scores, cuts):
    """Mean over households and cuts of (P(income < cut) - whether it was)^2."""
    total = 0
    for row, score in zip(rows, scores):
        below, error = 0, 0
        for i, cut in enumerate(cuts):
            below += float(score[f"p{i + 1}"])
            error += (below - (float(row["income"]) < cut)) ** 2
        total += float(row["weight"]) * error / len(cuts)
    return total / sum(float(r["weight"]) for r in rows)


def lowest(rows, key, share):
    """Indices of the rows with the lowest key that make up this share of the weight."""
    left = share * sum(float(r["weight"]) for r in rows)
    found = set()
    for i in sorted(range(len(rows)), key=key):
        if left <= 0:
            break
        found.add(i)
        left -= float(rows[i]["weight"])
    return found


def exclusion(rows, scores, share=0.2):
    """Of the truly poorest fifth, how many a choice of the fifth that is estimated poorest leaves out."""
    poor = lowest(rows, lambda i: float(rows[i]["income"]), share)
    chosen = lowest(rows, lambda i: float(scores[i]["centre"]), share)
    weight = sum(float(rows[i]["weight"]) for i in poor)
    return sum(float(rows[i]["weight"]) for i in poor - chosen) / weight


def middle_by_age(rows, scores, cuts, first=2, last=4, ages=(35, 45, 55, 65)):
    """Mean absolute error, over age groups, of the share of households between two cuts, by summed probabilities."""
    groups = {}
    for row, score in zip(rows, scores):
        group = sum(float(row["head_age"]) >= age for age in ages)
        weight = float(row["weight"])
        truth = weight * (cuts[first - 1] <= float(row["income"]) < cuts[last - 1])
        said = weight * sum(float(score[f"p{i + 1}"]) for i in range(first, last))
        sums = groups.setdefault(group, [0, 0, 0])
        for i, value in enumerate((weight, truth, said)):
            sums[i] += value
    return sum(abs(t - s) / w for w, t, s in groups.values()) / len(groups)
