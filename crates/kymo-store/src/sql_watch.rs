//! The SQL statements of the watch. Parameters as in `sql.rs`. What a partial index is for names the state as a literal:
//! as a parameter it would not be found to be covered by the index.

/// The columns of a job, in the order in which `watch::job_row` reads them.
macro_rules! job {
    ($rest:literal) => {
        concat!(
            "SELECT id, project, commit_hash, title, tier, machine, reason, asked_by, priority, turn, state, attempts, \
             created_ms, started_ms, ended_ms, outcome, environment, lease, expires_ms, lasts_ms, called_off, progress, \
             log_bytes, log_heard_bytes, estimated_ms FROM job ",
            $rest
        )
    };
}

pub const ADD_ACCOUNT: &str = "INSERT INTO account (name, role, external, disabled, created_unix_s) \
     VALUES ($1, $2, $3, 0, $4)";
pub const CHANGE_ACCOUNT: &str = "UPDATE account SET role = $1, external = $2, disabled = $3 WHERE name = $4";
pub const ACCOUNTS: &str = "SELECT name, role, external, disabled, created_unix_s FROM account ORDER BY name";
pub const ACCOUNT: &str = "SELECT name, role, external, disabled, created_unix_s FROM account WHERE name = $1";
pub const ACCOUNT_OF_EXTERNAL: &str =
    "SELECT name, role, external, disabled, created_unix_s FROM account WHERE external = $1";

pub const ADD_TOKEN: &str = "INSERT INTO token (id, secret_sha256, account, machine, note, created_unix_s, \
     expires_unix_s) VALUES ($1, $2, $3, $4, $5, $6, $7)";
pub const REVOKE_TOKEN: &str = "UPDATE token SET revoked_unix_s = $1 WHERE id = $2 AND revoked_unix_s IS NULL";
pub const USE_TOKEN: &str = "UPDATE token SET used_unix_s = $1 WHERE id = $2";
pub const TOKENS: &str = "SELECT id, account, machine, note, created_unix_s, expires_unix_s, used_unix_s, \
     revoked_unix_s, secret_sha256 FROM token \
     ORDER BY created_unix_s DESC, machine NULLS FIRST, account NULLS FIRST, id";
pub const TOKEN: &str = "SELECT id, account, machine, note, created_unix_s, expires_unix_s, used_unix_s, \
     revoked_unix_s, secret_sha256 FROM token WHERE id = $1";

pub const ADD_SESSION: &str =
    "INSERT INTO browser_session (secret_sha256, account, created_unix_s, expires_unix_s) VALUES ($1, $2, $3, $4)";
pub const SESSION: &str =
    "SELECT account, created_unix_s, expires_unix_s FROM browser_session WHERE secret_sha256 = $1";
pub const END_SESSION: &str = "DELETE FROM browser_session WHERE secret_sha256 = $1";
pub const OLD_SESSIONS: &str = "SELECT count(*) FROM browser_session WHERE expires_unix_s <= $1";
pub const END_OLD_SESSIONS: &str = "DELETE FROM browser_session WHERE expires_unix_s <= $1";

pub const LAST_AUDIT: &str = "SELECT link_sha256 FROM audit ORDER BY sequence DESC LIMIT 1";
pub const ADD_AUDIT: &str = "INSERT INTO audit (unix_s, actor, action, subject, detail, link_sha256) \
     VALUES ($1, $2, $3, $4, $5, $6)";
pub const AUDIT: &str = "SELECT sequence, unix_s, actor, action, subject, detail, link_sha256 FROM audit \
     WHERE sequence > $1 ORDER BY sequence LIMIT $2";

pub const SET_POLICY: &str = "INSERT INTO policy (project, content) VALUES ($1, $2) \
     ON CONFLICT (project) DO UPDATE SET content = excluded.content";
pub const POLICIES: &str = "SELECT content FROM policy ORDER BY project";
pub const POLICY: &str = "SELECT content FROM policy WHERE project = $1";

pub const ADD_MACHINE: &str =
    "INSERT INTO machine (name, created_unix_s, unfit) VALUES ($1, $2, 0) ON CONFLICT (name) DO NOTHING";
pub const MACHINES: &str = "SELECT name, report, session, unfit, heard_ms, paused_because FROM machine ORDER BY name";
pub const MACHINE: &str = "SELECT name, report, session, unfit, heard_ms, paused_because FROM machine WHERE name = $1";
pub const HEAR: &str = "UPDATE machine SET report = $1, session = $2, unfit = $3, heard_ms = $4 WHERE name = $5";
pub const HEARD_AT: &str = "UPDATE machine SET heard_ms = $1 WHERE name = $2";
pub const PAUSE: &str = "UPDATE machine SET paused_because = $1 WHERE name = $2";
pub const WAITING_MACHINES: &str = "SELECT name FROM machine m WHERE paused_because IS NULL AND unfit = 0 \
     AND EXISTS (SELECT 1 FROM job WHERE job.machine = m.name AND job.state = 'queued') \
     AND NOT EXISTS (SELECT 1 FROM job WHERE job.machine = m.name AND job.state = 'running') ORDER BY name";
pub const WAITING_COUNTS: &str = "SELECT machine, count(*) FROM job WHERE state = 'queued' GROUP BY machine";
pub const HOLDERS: &str = "SELECT machine, id FROM job WHERE state = 'running'";

pub const ADD_JOB: &str = "INSERT INTO job (project, commit_hash, title, tier, machine, reason, asked_by, priority, turn, \
     state, attempts, created_ms, called_off, log_bytes, log_heard_bytes) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', 0, $10, 0, 0, 0) \
     ON CONFLICT (project, commit_hash, tier, machine) WHERE state IN ('queued', 'running') DO NOTHING RETURNING id";
pub const SAME_JOB: &str = "SELECT id FROM job WHERE project = $1 AND commit_hash = $2 AND tier = $3 AND machine = $4 \
     AND state IN ('queued', 'running')";
pub const WAITING_OF_PROJECT: &str = "SELECT count(*) FROM job WHERE project = $1 AND state = 'queued'";
pub const LAST_TURN: &str =
    "SELECT max(turn) FROM job WHERE machine = $1 AND priority = $2 AND asked_by = $3 AND state = 'queued'";
pub const FIRST_TURN: &str = "SELECT min(turn) FROM job WHERE machine = $1 AND priority = $2 AND state = 'queued'";

pub const JOB: &str = job!("WHERE id = $1");
pub const RUNNING_ON: &str = job!("WHERE machine = $1 AND state = 'running'");
pub const NEXT: &str = job!("WHERE machine = $1 AND state = 'queued' ORDER BY priority DESC, turn, id LIMIT 1");
pub const QUEUE: &str = job!("WHERE machine = $1 AND state = 'queued' ORDER BY priority DESC, turn, id LIMIT $2");
pub const WAITING_LINE: &str = "SELECT id, project, tier FROM job WHERE machine = $1 AND state = 'queued' \
     ORDER BY priority DESC, turn, id";
pub const OVERDUE: &str = "SELECT machine, id FROM job WHERE state = 'running' AND expires_ms <= $1 ORDER BY machine";
pub const FAR_AHEAD: &str = "SELECT count(*) FROM job WHERE state = 'running' AND expires_ms > $1 + lasts_ms";
pub const NOT_FAR_AHEAD: &str =
    "UPDATE job SET expires_ms = $1 + lasts_ms WHERE state = 'running' AND expires_ms > $1 + lasts_ms";

pub const GRANT: &str = "UPDATE job SET state = 'running', attempts = attempts + 1, started_ms = $1, lease = $2, \
     expires_ms = $3, lasts_ms = $4, progress = NULL, log_heard_bytes = 0, estimated_ms = $5 \
     WHERE id = $6 AND state = 'queued'";
pub const GRANT_AGAIN: &str =
    "UPDATE job SET state = 'running', lease = $1, expires_ms = $2, lasts_ms = $3 WHERE id = $4";
pub const BEAT: &str = "UPDATE job SET state = 'running', expires_ms = $1, lasts_ms = $2, progress = $3 WHERE id = $4";
pub const LAPSE: &str = "UPDATE job SET state = 'queued', progress = NULL WHERE id = $1 AND state = 'running'";
pub const END: &str = "UPDATE job SET state = $1, ended_ms = $2, outcome = $3, progress = NULL WHERE id = $4";
pub const SET_ENVIRONMENT: &str = "UPDATE job SET environment = $1 WHERE id = $2";
pub const SET_REGRESSION: &str = "UPDATE job SET regression = $1 WHERE id = $2";
/// That of the newest commit on the main line which has one.
pub const REGRESSION: &str = "SELECT j.regression FROM job j JOIN project p ON p.name = j.project \
     JOIN git_commit c ON c.project = p.key AND c.hash = j.commit_hash \
     WHERE j.project = $1 AND j.regression IS NOT NULL AND c.position IS NOT NULL \
     ORDER BY c.position DESC, j.id DESC LIMIT 1";
pub const CALL_OFF: &str = "UPDATE job SET called_off = 1 WHERE id = $1";
pub const RETRY: &str = "UPDATE job SET state = 'queued', turn = $1, attempts = 0, called_off = 0, lease = NULL, \
     started_ms = NULL, ended_ms = NULL, outcome = NULL, environment = NULL, regression = NULL WHERE id = $2";
pub const REORDER: &str = "UPDATE job SET priority = $1, turn = $2 WHERE id = $3";

pub const ADD_LEASE: &str =
    "INSERT INTO lease (id, job, machine, session, attempt, granted_ms) VALUES ($1, $2, $3, $4, $5, $6)";
pub const LEASE: &str =
    "SELECT job, session, attempt, request_sha256, answer FROM lease WHERE id = $1 AND machine = $2";
pub const ANSWER_LEASE: &str = "UPDATE lease SET request_sha256 = $1, answer = $2 WHERE id = $3";

pub const ADD_JOB_RUN: &str = "INSERT INTO job_run (job, run) VALUES ($1, $2) ON CONFLICT (job, run) DO NOTHING";
pub const JOB_RUNS: &str = "SELECT run FROM job_run WHERE job = $1 ORDER BY run";
pub const JOB_OF_RUN: &str = "SELECT job FROM job_run WHERE run = $1 ORDER BY job LIMIT 1";

pub const ADD_LOG: &str = "INSERT INTO job_log (job, start_byte, content) VALUES ($1, $2, $3)";
pub const COUNT_LOG: &str = "UPDATE job SET log_bytes = $1, log_heard_bytes = $2 WHERE id = $3";
pub const LOG: &str = "SELECT start_byte, content FROM job_log WHERE job = $1 AND start_byte >= $2 \
     AND start_byte < $3 ORDER BY start_byte";

pub const PAST_OF_TIER: &str = "SELECT started_ms, ended_ms, estimated_ms FROM job WHERE machine = $1 \
     AND project = $2 AND tier = $3 AND state = 'finished' ORDER BY ended_ms DESC LIMIT $4";
pub const PAST_OF_MACHINE: &str = "SELECT started_ms, ended_ms, estimated_ms FROM job WHERE machine = $1 \
     AND state = 'finished' ORDER BY ended_ms DESC LIMIT $2";

pub const UPLOAD: &str = "SELECT size, there, complete FROM upload WHERE machine = $1 AND sha256 = $2";
pub const UPLOADS: &str = "SELECT count(*), coalesce(CAST(sum(complete) AS BIGINT), 0) FROM upload WHERE machine = $1";
pub const BEGIN_UPLOAD: &str = "INSERT INTO upload (machine, sha256, size, there, complete, touched_ms) \
     VALUES ($1, $2, $3, 0, 0, $4)";
pub const ADD_CHUNK: &str = "INSERT INTO upload_chunk (machine, sha256, start_byte, content) VALUES ($1, $2, $3, $4)";
pub const GROW_UPLOAD: &str =
    "UPDATE upload SET there = $1, complete = $2, touched_ms = $3 WHERE machine = $4 AND sha256 = $5";
pub const CHUNKS: &str = "SELECT content FROM upload_chunk WHERE machine = $1 AND sha256 = $2 ORDER BY start_byte";
pub const DELETE_UPLOAD: &str = "DELETE FROM upload WHERE machine = $1 AND sha256 = $2";
pub const OLD_UPLOADS: &str = "SELECT machine, sha256 FROM upload WHERE touched_ms < $1 ORDER BY machine, sha256";

/// Jobs below a number, newest first, with those conditions that are asked for: the parameters are the number, then
/// those of the conditions in this order, then how many.
pub fn jobs(project: bool, state: bool, machine: bool, commit: bool) -> String {
    let mut text = job!("WHERE id < $1").to_owned();
    let mut count = 1;
    for (asked, column) in [(project, "project"), (state, "state"), (machine, "machine"), (commit, "commit_hash")] {
        if asked {
            count += 1;
            text.push_str(&format!(" AND {column} = ${count}"));
        }
    }
    text.push_str(&format!(" ORDER BY id DESC LIMIT ${}", count + 1));
    text
}
