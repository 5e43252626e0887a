"""fold - the facts that hold as known at a moment (DESIGN 4, ASSESSMENT 2.2).

Per key (source, subject, item, valid_from) the greatest (revision, received, delivery digest, line) among the visible
records; a retracted winner means absent. `Facts` indexes them by subject and source, oldest first.
"""
from collections import defaultdict


class Facts:
    def __init__(self, records, known_at):
        winners = {}
        for record in records:
            if known_at is not None and record.received > known_at:
                continue
            known = winners.get(record.key)
            if known is None or record.order > known.order:
                winners[record.key] = record
        self.of_subject = defaultdict(lambda: defaultdict(list))
        for record in winners.values():
            if not record.retracted:
                self.of_subject[record.subject][record.source].append(record)
        for sources in self.of_subject.values():
            for facts in sources.values():
                facts.sort(key=lambda fact: fact.valid_from)

    def of(self, subject, source):
        return self.of_subject[subject][source] if subject in self.of_subject else ()

    def subjects(self, kind):
        return [subject for subject in self.of_subject if subject[0] == kind]
