"""policy - caps and floors of the fund by region and month, what covers what, and the region series."""
import values

SERIES = {"332822": "330305", "330322": "330305"}      # FEEDS: one region series, whatever the date


def in_series(region):
    return SERIES.get(region[:6], region[:6]) + region[6:]


class Policy:
    def __init__(self, told):
        self.covers = told.get("covers", {})
        lists = {name: [(entry, entry["fen"]) for entry in told.get(name, [])] for name in ("cap_fen", "floor_fen", "bands")}
        lists |= {f"line {line}": [(entry, entry["fen_per_head"]) for entry in of] for line, of in told.get("lines", {}).items()}
        lists |= {f"deflator {source}": [(entry, entry["index_millionths"]) for entry in of]
                  for source, of in told.get("deflators", {}).items()}
        self.entries = {name: [(in_series(entry["region"]), values.day(entry["from"]), value) for entry, value in of]
                        for name, of in lists.items()}
        self.found = {}

    def limit(self, name, region, month):
        """Of the entries in force on the month's first the longest prefix, then the newest; None: no limit."""
        return self.in_force(name, region, values.first_day(month))

    def in_force(self, name, region, day):
        asked = name, region, day
        if asked not in self.found:
            self.found[asked] = self.look_up(name, in_series(region), day)
        return self.found[asked]

    def look_up(self, name, region, day):
        fitting = [(len(prefix), begins, fen) for prefix, begins, fen in self.entries.get(name, ())
                   if region.startswith(prefix) and begins <= day]
        return max(fitting)[2] if fitting else None
