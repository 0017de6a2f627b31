"""Invented reports of a big world's press, as `bellwether inspect cluster` reads them: the same bytes on every machine.

Words come as often as in a language (Zipf), names are many, and each day has burst words of its own that a third of its
reports speak of. Four events of five have one report; the others have up to sixty (Pareto), by any of 400 sources,
within ten hours, in words of their own around a common core.
"""

import bisect
import datetime
import itertools
import json
import random

SYLLABLES = "ka lo mi ren tor vex qui sa pel dor nim gra fi ul bo che ta wy zan hu ler ost ip ex ar".split()
COMMON = "the a of to in and for is on with new how your from at this what are".split()
A_DAY = 2_800
MOST_REPORTS = 60
BEGINNING = datetime.datetime(2026, 1, 1)


def write(count, path):
    """Writes `count` reports to `path`, a line of JSON each."""
    world = World()
    with open(path, "w") as out:
        written, day = 0, 0
        while written < count:
            today = min(A_DAY, count - written)
            for report in itertools.islice(world.day(day), today):
                json.dump({"id": f"i{written}", "link": f"{report['source'][:-3]}p/{written}", **report}, out)
                out.write("\n")
                written += 1
            day += 1


class World:
    def __init__(self):
        self.random = random.Random(1)
        self.words = [self.made(self.random.choice([2, 2, 3, 3, 4])) for _ in range(60_000)]
        self.weights = list(itertools.accumulate(1 / (rank + 3) for rank in range(len(self.words))))
        self.names = [self.made(self.random.choice([2, 3])).capitalize() for _ in range(40_000)]
        self.sources = [f"https://feed{n}.example/rss" for n in range(400)]

    def made(self, syllables):
        return "".join(self.random.choice(SYLLABLES) for _ in range(syllables))

    def word(self):
        at = bisect.bisect(self.weights, self.random.random() * self.weights[-1])
        return self.words[min(at, len(self.words) - 1)]

    def day(self, number):
        """Reports of one day, without end."""
        bursts = [self.word() for _ in range(3)] + [self.random.choice(self.names)]
        while True:
            yield from self.event(BEGINNING + datetime.timedelta(days=number), bursts)

    def event(self, midnight, bursts):
        draw = self.random
        size = 1 if draw.random() < 0.8 else min(1 + int(draw.paretovariate(1.2)), MOST_REPORTS)
        names = [draw.choice(self.names) for _ in range(3)] + ([draw.choice(bursts)] if draw.random() < 0.3 else [])
        core = [self.word() for _ in range(5)]
        began = midnight + datetime.timedelta(minutes=draw.randrange(1_440))
        for _ in range(size):
            title = [draw.choice(names), draw.choice(names), *draw.sample(core, 3), self.word(), self.word()]
            title += [draw.choice(COMMON) for _ in range(3)]
            draw.shuffle(title)
            yield {
                "source": draw.choice(self.sources),
                "title": " ".join(title).capitalize(),
                "date": str(began + datetime.timedelta(minutes=draw.randrange(600))),
                "desc": " ".join(self.some(names + core) for _ in range(30)).capitalize() + ".",
            }

    def some(self, own):
        kind = self.random.random()
        return self.random.choice(COMMON) if kind < 0.35 else self.random.choice(own) if kind < 0.55 else self.word()
