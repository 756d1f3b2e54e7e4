"""What Python programs do all day, in a fixed amount. Prints a line for each part; nothing depends on the machine."""

import collections
import dataclasses
import decimal
import heapq
import itertools
import json
import re
import string


def random(seed):
    while True:
        seed = (seed * 1103515245 + 12345) & 0xFFFFFFFF
        yield seed >> 8


@dataclasses.dataclass(frozen=True, order=True)
class Body:
    mass: float
    place: complex
    speed: complex


def bodies():
    draw = random(1)
    system = [Body(next(draw) % 9 + 1, complex(next(draw) % 100, next(draw) % 100), 0j) for _ in range(8)]
    for _ in range(15):
        moved = []
        for body in system:
            pull = sum((other.mass * (other.place - body.place) / (abs(other.place - body.place) ** 3 + 1)
                        for other in system if other is not body), 0j)
            speed = body.speed + pull * 0.1
            moved.append(dataclasses.replace(body, place=body.place + speed * 0.1, speed=speed))
        system = moved
    return round(sum(abs(body.speed) for body in system), 9)


def words():
    draw = random(2)
    text = " ".join("".join(string.ascii_lowercase[next(draw) % 7] for _ in range(3 + next(draw) % 3)) for _ in range(2000))
    counts = collections.Counter(re.findall(r"\b[a-e]+\b", text))
    return len(counts), counts.most_common(2), len(re.sub(r"(.)\1+", r"\1", text))


def paths():
    size, draw = 25, random(3)
    cost = [[next(draw) % 9 + 1 for _ in range(size)] for _ in range(size)]
    best, queue = {(0, 0): 0}, [(0, 0, 0)]
    while queue:
        spent, x, y = heapq.heappop(queue)
        if (x, y) == (size - 1, size - 1):
            return spent
        for nx, ny in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= nx < size and 0 <= ny < size:
                total = spent + cost[nx][ny]
                if total < best.get((nx, ny), 1 << 30):
                    best[nx, ny] = total
                    heapq.heappush(queue, (total, nx, ny))


def documents():
    draw = random(4)
    tree = {f"key{i}": [next(draw) % 1000, {"name": str(next(draw)), "on": bool(next(draw) & 1)}] for i in range(300)}
    for _ in range(3):
        tree = json.loads(json.dumps(tree, sort_keys=True, indent=1))
    return len(json.dumps(tree))


def queens():
    found = 0
    for columns in itertools.permutations(range(6)):
        if len({column + row for row, column in enumerate(columns)}) == 6:
            found += len({column - row for row, column in enumerate(columns)}) == 6
    return found


def digits():
    with decimal.localcontext(prec=120):
        total, term = decimal.Decimal(0), decimal.Decimal(1)
        for i in range(1, 100):
            total += term
            term /= i
        return str(total)[:60]


for work in (bodies, words, paths, documents, queens, digits):
    print(work.__name__, work())
