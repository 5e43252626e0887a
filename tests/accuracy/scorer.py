"""An independent scorer: from a model's file alone, by the equations, in code of its own (no Cholesky, libm's ln)."""

import math


class Model:
    """What stands in the file, by name; lines that repeat are taken in their order."""

    def __init__(self, path):
        lines = [line for line in path.read_text("utf-8").splitlines()[2:] if not line.startswith("#")]
        self.lines = iter(lines)
        self.head()
        self.errors()
        self.fits = [self.fit() for _ in range(3)]

    def word(self, key):
        name, _, rest = next(self.lines).partition(" ")
        assert name == key, (name, key)
        return rest

    def count(self, key):
        return int(self.word(key))

    def numbers(self, key):
        return [float(word) for word in self.word(key).split()]

    def head(self):
        for key in ("name", "provenance", "sample", "labels"):
            self.word(key)
        self.columns = {key: self.word(key) for key in ("id", "age", "size", "children", "place")}
        self.floor = self.numbers("floor")
        self.count("cuts")
        self.cuts = self.numbers("cut")
        self.count("places")
        self.places = self.numbers("code")
        self.sources = []
        for _ in range(self.count("sources")):
            name = self.word("source")
            fields = [(self.word("column"), self.count("is_count"), self.numbers("deflator")[0])
                      for _ in range(self.count("columns"))]
            self.sources.append((name, fields))
        self.regime = self.count("regime")

    def errors(self):
        for key in ("r2", "coverage", "deciles", "deciles"):
            self.numbers(key)
        self.terciles = self.numbers("terciles")
        self.spread = [self.numbers("spread") for _ in range(3)]
        self.quantiles = self.numbers("quantiles")
        self.disagreement = self.numbers("disagreement")

    def fit(self):
        if not self.count("fitted_on"):
            return None
        fit = {"shift": self.numbers("shift")[0], "prior": self.numbers("prior")}
        fit["curves"] = [[self.curve() for _ in fields] for _, fields in self.sources]
        fit["typical"] = [self.numbers("typical") for _ in self.sources]
        fit["covariance"] = [[self.numbers("covariance") for _ in range(len(self.sources) + 1)] for _ in range(9)]
        return fit

    def curve(self):
        self.count("knots")
        return self.numbers("zero")[0], self.numbers("at"), self.numbers("value")


def terms(model, age, size, children, place):
    size, children = min(size, 6), min(children, 2)
    decade = next(i for i, upto in enumerate((25, 35, 45, 55, 65, 75, math.inf)) if age < upto)
    z = [1] + [size == n for n in range(2, 7)] + [age >= n for n in (30, 40, 50, 60, 70)]
    z += [size == 1 and age >= 65, size == 1 and age < 35, children >= 1, children >= 2]
    z += [children > 0 and size == children + 1, children == 0 and size >= 3]
    z += [0.7 * (decade == i and min(size, 5) == j) for i in range(7) for j in range(1, 6)]
    return z + [place == code for code in model.places]


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def say(curve, is_count, x):
    zero, at, value = curve
    if x <= 0 or not at:
        return zero
    if is_count:
        return value[min(max(int(x), 1), len(at)) - 1]
    u = math.log(1 + x)
    if u <= at[0]:
        return value[0]
    for a, b, low, high in zip(at, at[1:], value, value[1:]):
        if u <= b:
            return low + (u - a) / (b - a) * (high - low)
    return value[-1]


def solve(matrix, right):
    """Gauss, with pivoting."""
    n = len(right)
    rows = [list(row) + [b] for row, b in zip(matrix, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(rows[r][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for r in range(n):
            if r != i:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[i])]
    return [rows[i][n] / rows[i][i] for i in range(n)]


def weights(covariance, known):
    live = [s for s in known if covariance[s + 1][s + 1] >= 1e-9]
    while True:
        beta = solve([[covariance[a + 1][b + 1] for b in live] for a in live], [covariance[0][a + 1] for a in live])
        if not live or min(beta) >= 0:
            break
        live.pop(beta.index(min(beta)))
    return dict(zip(live, beta)), covariance[0][0] - dot(beta, [covariance[0][a + 1] for a in live])


class Household:
    """A row as a model reads it: its cell, what is known of it, and what each source says beyond its cell (u)."""

    def __init__(self, model, row, dropped=()):
        def number(key, otherwise=0.0):
            name = model.columns[key]
            return float(row[name]) if name and row[name] != "" else otherwise
        age, size = number("age"), max(number("size"), 1)
        self.z = terms(model, age, size, number("children"), number("place", None) if model.columns["place"] else None)
        self.known = [s for s, (_, fields) in enumerate(model.sources)
                      if s not in dropped and all(row[column] != "" for column, _, _ in fields)]
        self.fit = pooled = model.fits[0]
        if model.regime in self.known:
            self.fit = model.fits[1 if float(row[model.sources[model.regime][1][0][0]]) > 0 else 2] or pooled
        self.group = 0 if age < 40 else 1 if age < 65 else 2
        self.covariance = self.fit["covariance"][self.group * 3 + (0 if size < 2 else 1 if size < 3 else 2)]
        self.beyond = {s: self.say(model, s, row) - dot(self.z, self.fit["typical"][s]) for s in self.known}

    def say(self, model, s, row):
        return sum(say(curve, is_count, float(row[column]) / deflator)
                   for curve, (column, is_count, deflator) in zip(self.fit["curves"][s], model.sources[s][1]))


def score(model, row, dropped=()):
    """(ln centre, base, contributions, probabilities of the bands, low, high, sigma)"""
    of, pooled = Household(model, row, dropped), model.fits[0]
    beta, variance = weights(of.covariance, of.known)
    base = dot(of.z, pooled["prior"]) + pooled["shift"]
    contributions = [beta.get(s, 0) * of.beyond.get(s, 0) for s in range(len(model.sources))]
    if of.fit is not pooled:
        contributions[model.regime] += dot(of.z, of.fit["prior"]) + of.fit["shift"] - base
    estimate = base + sum(contributions)
    sigma = deviation(model, of, variance, estimate)
    upto = [0] + [below(model, (math.log(cut) - estimate) / sigma) for cut in model.cuts] + [1]
    bands = [b - a for a, b in zip(upto, upto[1:])]
    low, high = (math.exp(estimate + sigma * quantile(model, p)) for p in (0.05, 0.95))
    return estimate, base, contributions, bands, low, high, sigma


def deviation(model, of, variance, estimate):
    return math.sqrt(variance) * model.spread[of.group][sum(estimate >= bound for bound in model.terciles)]


def disagreement(model, row, dropped=()):
    """(M, how many sources are compared, the odd ones' d by index, is M above its limit): each d by regression of its source
    on the others, as what is left over of it in deviations; M by taking the sources in one after another."""
    of = Household(model, row, dropped)
    live = [s for s in of.known if of.covariance[s + 1][s + 1] >= 1e-9]
    if len(live) < 2:
        return 0, len(live), {}, False
    apart = {s: left_over(of, s, [t for t in live if t != s]) for s in live}
    whole = sum(left_over(of, s, live[:i]) ** 2 for i, s in enumerate(live))
    return whole, len(live), {s: d for s, d in apart.items() if abs(d) > 3}, whole > model.disagreement[len(live) - 2]


def left_over(of, source, others):
    """What a source says beyond what the others let expect of it, in deviations."""
    c = of.covariance
    slope = solve([[c[a + 1][b + 1] for b in others] for a in others], [c[source + 1][a + 1] for a in others])
    variance = c[source + 1][source + 1] - dot(slope, [c[source + 1][a + 1] for a in others])
    return (of.beyond[source] - dot(slope, [of.beyond[a] for a in others])) / math.sqrt(variance)


def quantile(model, p):
    at = p * len(model.quantiles) - 0.5
    low = min(max(int(at), 0), len(model.quantiles) - 2)
    return model.quantiles[low] + (at - low) * (model.quantiles[low + 1] - model.quantiles[low])


def below(model, z):
    q = model.quantiles
    low = max([i for i in range(len(q) - 1) if q[i] <= z], default=0)
    return min(max((low + 0.5 + (z - q[low]) / (q[low + 1] - q[low])) / len(q), 0), 1)
