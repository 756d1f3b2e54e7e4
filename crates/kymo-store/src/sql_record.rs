//! The SQL statements of the record. Parameters as in `sql.rs`.

pub const PROJECTS: &str = "SELECT key, name, repository, web_url, branch, line FROM project ORDER BY name";
pub const PROJECT: &str = "SELECT key, name, repository, web_url, branch, line FROM project WHERE name = $1";
pub const SET_PROJECT: &str = "INSERT INTO project (name, repository, web_url, branch) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (name) DO UPDATE SET repository = coalesce(excluded.repository, project.repository), \
     web_url = coalesce(excluded.web_url, project.web_url), branch = coalesce(excluded.branch, project.branch)";
pub const COUNT_LINE: &str = "UPDATE project SET line = line + 1 WHERE key = $1";

pub const LINE: &str = "SELECT hash, tree, parents, committed_unix_s, title, author, position FROM git_commit \
     WHERE project = $1 AND position >= $2 AND position < $3 ORDER BY position";
pub const LINE_HASHES: &str =
    "SELECT hash FROM git_commit WHERE project = $1 AND position IS NOT NULL ORDER BY position";
pub const LINE_LENGTH: &str = "SELECT coalesce(max(position) + 1, 0) FROM git_commit WHERE project = $1";
pub const FIND_COMMIT: &str = "SELECT hash, tree, parents, committed_unix_s, title, author, position FROM git_commit \
     WHERE project = $1 AND hash >= $2 AND hash < $3 ORDER BY hash LIMIT $4";
pub const KEEP_COMMIT: &str = "INSERT INTO git_commit (project, hash, tree, parents, committed_unix_s, title, author) \
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (project, hash) DO UPDATE SET \
     tree = coalesce(excluded.tree, git_commit.tree), \
     parents = CASE WHEN excluded.parents = '' THEN git_commit.parents ELSE excluded.parents END, \
     committed_unix_s = coalesce(excluded.committed_unix_s, git_commit.committed_unix_s), \
     title = CASE WHEN excluded.title = '' THEN git_commit.title ELSE excluded.title END, \
     author = CASE WHEN excluded.author = '' THEN git_commit.author ELSE excluded.author END";
pub const LEAVE_LINE: &str = "UPDATE git_commit SET position = NULL WHERE project = $1 AND position >= $2";
pub const PLACE_COMMIT: &str = "UPDATE git_commit SET position = $1 WHERE project = $2 AND hash = $3";
pub const OFF_LINE: &str = "SELECT count(*) FROM filing WHERE project = $1 AND position IS NULL";
pub const PLACE_BY_HASH: &str = "UPDATE filing SET position = (SELECT c.position FROM git_commit c \
     WHERE c.project = filing.project AND c.hash = filing.commit_hash) WHERE project = $1";
pub const PLACE_BY_TREE: &str = "UPDATE filing SET position = (SELECT c.position FROM git_commit own \
     JOIN git_commit c ON c.project = own.project AND c.tree = own.tree AND c.position IS NOT NULL \
     WHERE own.project = filing.project AND own.hash = filing.commit_hash \
     ORDER BY c.title <> own.title, c.position LIMIT 1) WHERE project = $1 AND position IS NULL";

pub const INSERT_FILING: &str = "INSERT INTO filing (run, project, commit_hash, position, machine, fingerprint) \
     SELECT key, $1, $2, NULL, $3, $4 FROM run WHERE id = $5 RETURNING key";
pub const FILING_OF: &str = "SELECT f.key FROM filing f JOIN run r ON r.key = f.run WHERE r.id = $1";
pub const FILINGS: &str = "SELECT f.key, r.id, f.project, f.commit_hash, f.position, f.machine, f.fingerprint, \
     r.created_unix_s FROM filing f JOIN run r ON r.key = f.run WHERE f.key > $1 ORDER BY f.key";
pub const LAST_FILING: &str = "SELECT coalesce(max(key), 0), count(*) FROM filing";

pub const SERIES_KEY: &str = "SELECT key FROM series WHERE project = $1 AND machine = $2 AND benchmark = $3 \
     AND phase = $4 AND metric = $5 AND variant = $6 AND relative_to = $7";
pub const INSERT_SERIES: &str = "INSERT INTO series (project, machine, benchmark, phase, metric, variant, relative_to, \
     canary) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING key";
pub const SERIES: &str = "SELECT key, project, machine, benchmark, variant, phase, metric, canary, relative_to \
     FROM series ORDER BY key";
pub const CONTEXT_KEY: &str =
    "SELECT key FROM context WHERE fingerprint = $1 AND module = $2 AND build = $3 AND code = $4";
pub const INSERT_CONTEXT: &str =
    "INSERT INTO context (fingerprint, module, build, code) VALUES ($1, $2, $3, $4) RETURNING key";
pub const CONTEXTS: &str = "SELECT key, fingerprint, module, build, code FROM context";
pub const INSERT_POINT: &str = "INSERT INTO point (filing, series, value, low, high, invocations, outcome, context) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
pub const POINTS_OF_PROJECT: &str = "SELECT p.series, f.key, f.position, p.value, p.low, p.high, p.invocations, \
     p.outcome, p.context FROM filing f JOIN point p ON p.filing = f.key \
     WHERE f.project = $1 AND f.position >= $2 AND f.position < $3 ORDER BY f.key, p.series";
pub const POINTS_AFTER: &str = "SELECT p.series, f.key, f.position, p.value, p.low, p.high, p.invocations, \
     p.outcome, p.context FROM filing f JOIN point p ON p.filing = f.key \
     WHERE f.key > $1 AND f.position IS NOT NULL ORDER BY f.key, p.series";
pub const POINTS_OF_SERIES: &str = "SELECT p.series, f.key, f.position, p.value, p.low, p.high, p.invocations, \
     p.outcome, p.context FROM filing f JOIN point p ON p.filing = f.key \
     WHERE f.project = $1 AND f.position >= $2 AND f.position < $3 AND p.series >= $4 AND p.series <= $5 \
     ORDER BY f.key, p.series";

pub const LAST_LINK: &str = "SELECT link_sha256 FROM chain ORDER BY sequence DESC LIMIT 1";
pub const INSERT_LINK: &str = "INSERT INTO chain (kind, run, document_sha256, unix_s, link_sha256) \
     VALUES ($1, $2, $3, $4, $5)";
pub const LINKS: &str = "SELECT sequence, kind, run, document_sha256, unix_s, link_sha256 FROM chain ORDER BY sequence";
pub const LINK_OF: &str = "SELECT kind, document_sha256 FROM chain WHERE run = $1 ORDER BY sequence DESC LIMIT 1";
pub const STATES: &str = "SELECT id, state FROM run ORDER BY key";

pub const INCIDENTS: &str = "SELECT number, content FROM incident WHERE project = $1 ORDER BY number";
pub const SET_INCIDENT: &str = "INSERT INTO incident (project, number, content) VALUES ($1, $2, $3) \
     ON CONFLICT (project, number) DO UPDATE SET content = excluded.content";
