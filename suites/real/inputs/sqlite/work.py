"""SQLite at work, in memory: tables, indexes, joins, aggregates, windows, recursion and triggers. Python only asks."""

import sqlite3

base = sqlite3.connect(":memory:")
base.executescript("""
    CREATE TABLE shop (id INTEGER PRIMARY KEY, town TEXT NOT NULL);
    CREATE TABLE sale (id INTEGER PRIMARY KEY, shop INTEGER NOT NULL REFERENCES shop, day INTEGER NOT NULL,
                       article TEXT NOT NULL, cents INTEGER NOT NULL);
    CREATE TABLE ledger (shop INTEGER PRIMARY KEY, cents INTEGER NOT NULL DEFAULT 0);
    CREATE TRIGGER booked AFTER INSERT ON sale BEGIN
        INSERT INTO ledger VALUES (new.shop, new.cents)
        ON CONFLICT (shop) DO UPDATE SET cents = cents + new.cents;
    END;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
    INSERT INTO shop SELECT i, printf('town %02d', i * 7 % 13) FROM n;
    WITH RECURSIVE n(i, x) AS (SELECT 1, 42 UNION ALL SELECT i + 1, (x * 69069 + 1) % 4294967296 FROM n WHERE i < 8000)
    INSERT INTO sale SELECT i, 1 + x / 1024 % 40, i / 24, 'article ' || (x / 65536 % 97), 100 + x / 4096 % 9900 FROM n;
    CREATE INDEX sale_by_article ON sale (article, day);
    CREATE INDEX sale_by_shop ON sale (shop, day);
    ANALYZE;
""")

QUESTIONS = {
    "towns": """SELECT town, count(*), sum(cents) FROM sale JOIN shop ON shop.id = sale.shop
                GROUP BY town ORDER BY sum(cents) DESC LIMIT 3""",
    "ledger": """SELECT count(*) FROM ledger JOIN (SELECT shop, sum(cents) AS all_cents FROM sale GROUP BY shop) USING (shop)
                 WHERE cents = all_cents""",
    "running": """SELECT max(total), min(total) FROM (SELECT sum(cents) OVER (PARTITION BY shop ORDER BY day, id
                  ROWS 20 PRECEDING) AS total FROM sale)""",
    "text": "SELECT count(*), sum(length(article)) FROM sale WHERE article LIKE '%7' OR article GLOB '*[13]5'",
    "pairs": """SELECT a.article, count(*) FROM sale a JOIN sale b ON a.shop = b.shop AND a.day = b.day AND a.id < b.id
                GROUP BY a.article ORDER BY 2 DESC, 1 LIMIT 2""",
    "gaps": """SELECT max(gap) FROM (SELECT day - lag(day) OVER (PARTITION BY article ORDER BY day) AS gap FROM sale)""",
}
for name, question in QUESTIONS.items():
    print(name, base.execute(question).fetchall())
changed = base.execute("UPDATE sale SET cents = cents * 9 / 10 WHERE day % 7 = 0").rowcount
gone = base.execute("DELETE FROM sale WHERE article IN (SELECT article FROM sale GROUP BY 1 ORDER BY sum(cents) LIMIT 10)").rowcount
base.commit()
base.execute("VACUUM")
print("changed", changed, gone, base.execute("PRAGMA integrity_check").fetchone()[0])
