"""Compression: text through zlib and bzip2 and back, at several levels. The work is in the C libraries; Python only asks."""

import bz2
import hashlib
import zlib


def text(size, seed=7):
    words, out = [], []
    for i in range(700):
        seed = (seed * 1103515245 + 12345) & 0xFFFFFFFF
        words.append("".join(chr(97 + (seed >> (3 * part)) % 19) for part in range(2, 3 + (seed >> 28) % 8)))
    while len(out) < size:
        seed = (seed * 1103515245 + 12345) & 0xFFFFFFFF
        # Small numbers are common, as common words are.
        out.append(words[min((seed >> 8) % 700, (seed >> 18) % 700)])
    return " ".join(out).encode()


plain = text(20_000)
print("plain", len(plain), hashlib.sha256(plain).hexdigest()[:16])
for level in (1, 6, 9):
    packed = zlib.compress(plain, level)
    assert zlib.decompress(packed) == plain
    print("zlib", level, len(packed), f"{zlib.crc32(packed):08x}")
packed = bz2.compress(plain, 9)
assert bz2.decompress(packed) == plain
print("bzip2", 9, len(packed), f"{zlib.crc32(packed):08x}")
