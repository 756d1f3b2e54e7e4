-- A project, and where its history is read from. `line` counts how often its main line was rewritten: what was made of
-- positions before is made anew.
CREATE TABLE project (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    repository TEXT,
    web_url TEXT,
    branch TEXT,
    line BIGINT NOT NULL DEFAULT 0
);

-- Commits of a project. `position` is the place on the main line, from 0 at the oldest known commit; NULL off the line.
CREATE TABLE git_commit (
    project BIGINT NOT NULL REFERENCES project (key) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    tree TEXT,
    parents TEXT NOT NULL,
    committed_unix_s BIGINT,
    title TEXT NOT NULL,
    author TEXT NOT NULL,
    position BIGINT,
    PRIMARY KEY (project, hash)
) WITHOUT ROWID;
CREATE INDEX git_commit_position ON git_commit (project, position);
CREATE INDEX git_commit_tree ON git_commit (project, tree);

-- A run that belongs to a commit of a project. `position` is where it stands on the main line now: that of its commit,
-- or of a commit with the same tree.
CREATE TABLE filing (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    run BIGINT NOT NULL UNIQUE REFERENCES run (key) ON DELETE CASCADE,
    project BIGINT NOT NULL REFERENCES project (key) ON DELETE CASCADE,
    commit_hash TEXT NOT NULL,
    position BIGINT,
    machine TEXT NOT NULL,
    fingerprint TEXT NOT NULL
);
CREATE INDEX filing_project ON filing (project, position);

-- A series. `canary` marks those of a pinned build.
CREATE TABLE series (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    project BIGINT NOT NULL REFERENCES project (key) ON DELETE CASCADE,
    machine TEXT NOT NULL,
    benchmark TEXT NOT NULL,
    variant TEXT NOT NULL,
    phase TEXT NOT NULL,
    metric TEXT NOT NULL,
    canary INTEGER NOT NULL,
    relative_to TEXT NOT NULL,
    UNIQUE (project, machine, benchmark, phase, metric, variant, relative_to)
);

-- What a point was measured with, apart from the commit: the machine's fingerprint, the module, the engine's build, the
-- machine code.
CREATE TABLE context (
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL,
    module TEXT NOT NULL,
    build TEXT NOT NULL,
    code TEXT NOT NULL,
    UNIQUE (fingerprint, module, build, code)
);

-- One value of a series, from one run; or why there is none. By filing first: a new run's points lie together and are
-- added at the end. Points are made from runs and can be made again.
CREATE TABLE point (
    filing BIGINT NOT NULL REFERENCES filing (key) ON DELETE CASCADE,
    series BIGINT NOT NULL REFERENCES series (key) ON DELETE CASCADE,
    value DOUBLE PRECISION,
    low DOUBLE PRECISION,
    high DOUBLE PRECISION,
    invocations BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    context BIGINT NOT NULL REFERENCES context (key),
    PRIMARY KEY (filing, series)
) WITHOUT ROWID;

-- Finished runs in the order in which they were kept, each link made from the one before: what is altered or missing
-- shows. No reference to `run`: a link outlives its run.
CREATE TABLE chain (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    run TEXT NOT NULL,
    document_sha256 TEXT NOT NULL,
    unix_s BIGINT NOT NULL,
    link_sha256 TEXT NOT NULL
);
CREATE INDEX chain_run ON chain (run);

-- Incidents and what confirmed them, as documents of the record.
CREATE TABLE incident (
    project BIGINT NOT NULL REFERENCES project (key) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (project, number)
) WITHOUT ROWID;
