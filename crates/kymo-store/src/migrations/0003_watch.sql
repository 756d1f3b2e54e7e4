-- Who may ask. `external` is who it is at an OAuth provider.
CREATE TABLE account (
    name TEXT NOT NULL PRIMARY KEY,
    role TEXT NOT NULL,
    external TEXT UNIQUE,
    disabled INTEGER NOT NULL,
    created_unix_s BIGINT NOT NULL
);

-- Benchmark machines: what their agents said last, as JSON, and when. `unfit` is whether the agent takes no jobs,
-- `paused_because` why an operator lets it take none.
CREATE TABLE machine (
    name TEXT NOT NULL PRIMARY KEY,
    created_unix_s BIGINT NOT NULL,
    report TEXT,
    session TEXT,
    unfit INTEGER NOT NULL,
    heard_ms BIGINT,
    paused_because TEXT
);

-- Tokens of accounts and of machines' agents. Of the secret there is a hash only.
CREATE TABLE token (
    id TEXT NOT NULL PRIMARY KEY,
    secret_sha256 TEXT NOT NULL,
    account TEXT REFERENCES account (name),
    machine TEXT REFERENCES machine (name),
    note TEXT NOT NULL,
    created_unix_s BIGINT NOT NULL,
    expires_unix_s BIGINT,
    used_unix_s BIGINT,
    revoked_unix_s BIGINT
);

-- Sessions of browsers. Of the secret there is a hash only.
CREATE TABLE browser_session (
    secret_sha256 TEXT NOT NULL PRIMARY KEY,
    account TEXT NOT NULL REFERENCES account (name),
    created_unix_s BIGINT NOT NULL,
    expires_unix_s BIGINT NOT NULL
);
CREATE INDEX browser_session_expires ON browser_session (expires_unix_s);

-- Every change that somebody made, each entry linked to the one before by a hash. It is only added to: that no
-- statement of ours does otherwise is not enough, the database refuses it.
CREATE TABLE audit (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    unix_s BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL,
    link_sha256 TEXT NOT NULL
);
-- only sqlite {
CREATE TRIGGER audit_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
CREATE TRIGGER audit_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
-- A REPLACE is a DELETE that fires no trigger of its own.
CREATE TRIGGER audit_replace BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE sequence = NEW.sequence)
BEGIN
    SELECT RAISE(ABORT, 'the audit log is only added to');
END;
-- }
-- only postgres {
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only added to';
END
$$;
CREATE TRIGGER audit_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
-- }

-- What each watched project may do, as JSON.
CREATE TABLE policy (
    project TEXT NOT NULL PRIMARY KEY,
    content TEXT NOT NULL
);

-- A commit to be measured on a machine. `turn` orders the waiting jobs of one priority on one machine; `lease` is the
-- newest lease, also after it expired, as long as nobody else got the job. `outcome`, `progress` and `regression` are JSON.
-- `log_bytes` is the length of the log that is kept, `log_heard_bytes` how much the agent of this try has sent.
-- `estimated_ms` is how long it would take by the estimate when it was started.
CREATE TABLE job (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project TEXT NOT NULL,
    commit_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    tier TEXT NOT NULL,
    machine TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    priority BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    started_ms BIGINT,
    ended_ms BIGINT,
    outcome TEXT,
    environment TEXT,
    regression TEXT,
    lease TEXT,
    expires_ms BIGINT,
    lasts_ms BIGINT,
    called_off INTEGER NOT NULL,
    progress TEXT,
    log_bytes BIGINT NOT NULL,
    log_heard_bytes BIGINT NOT NULL,
    estimated_ms BIGINT
);
-- The next job of a machine is one look-up, however many wait.
CREATE INDEX job_waiting ON job (machine, priority DESC, turn, id) WHERE state = 'queued';
CREATE INDEX job_turn ON job (machine, priority, asked_by, turn) WHERE state = 'queued';
CREATE INDEX job_waiting_of_project ON job (project) WHERE state = 'queued';
CREATE INDEX job_running ON job (machine) WHERE state = 'running';
-- The same work waits or runs once.
CREATE UNIQUE INDEX job_once ON job (project, commit_hash, tier, machine) WHERE state IN ('queued', 'running');
CREATE INDEX job_past_of_tier ON job (machine, project, tier, ended_ms) WHERE state = 'finished';
CREATE INDEX job_past_of_machine ON job (machine, ended_ms) WHERE state = 'finished';
CREATE INDEX job_of_project ON job (project, id);
CREATE INDEX job_of_machine ON job (machine, id);
CREATE INDEX job_of_commit ON job (commit_hash, id);
CREATE INDEX job_in_state ON job (state, id);

-- Every time that a job was given to an agent. Once the agent ended the job under it: what it asked, and the answer.
CREATE TABLE lease (
    id TEXT NOT NULL PRIMARY KEY,
    job BIGINT NOT NULL REFERENCES job (id),
    machine TEXT NOT NULL,
    session TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    granted_ms BIGINT NOT NULL,
    request_sha256 TEXT,
    answer TEXT
);

-- Runs that are in the record because of a job. No reference to `run`: that it was measured outlives its removal.
CREATE TABLE job_run (
    job BIGINT NOT NULL REFERENCES job (id),
    run TEXT NOT NULL,
    PRIMARY KEY (job, run)
) WITHOUT ROWID;
CREATE INDEX job_run_run ON job_run (run);

-- Logs in pieces, as they came.
CREATE TABLE job_log (
    job BIGINT NOT NULL REFERENCES job (id),
    start_byte BIGINT NOT NULL,
    content TEXT NOT NULL,
    PRIMARY KEY (job, start_byte)
);

-- Results on their way, by machine and SHA-256. `there` is how many of the `size` bytes have come.
CREATE TABLE upload (
    machine TEXT NOT NULL REFERENCES machine (name),
    sha256 TEXT NOT NULL,
    size BIGINT NOT NULL,
    there BIGINT NOT NULL,
    complete INTEGER NOT NULL,
    touched_ms BIGINT NOT NULL,
    PRIMARY KEY (machine, sha256)
);
CREATE INDEX upload_touched ON upload (touched_ms);
CREATE TABLE upload_chunk (
    machine TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    start_byte BIGINT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (machine, sha256, start_byte),
    FOREIGN KEY (machine, sha256) REFERENCES upload (machine, sha256) ON DELETE CASCADE
);
