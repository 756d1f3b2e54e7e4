//! Report: results go to the server, as often as it takes, and never twice.

use crate::backoff::Backoff;
use crate::client::{Client, Sent, Trouble};
use crate::folder::JobFolder;
use crate::halt::wait;
use crate::options::AgentOptions;
use kymo_model::watch::{EndRequest, EndResponse, JobEnd, LeaseId};
use std::io::{Read, Seek, SeekFrom};
use std::time::Duration;

/// Bytes of one part of an upload.
const PART_BYTES: usize = 1 << 20;

/// How a report came out.
pub(crate) enum Reported {
    /// The server has it all.
    Taken(EndResponse),
    /// The lease is gone for good.
    Gone(String),
    /// The server will never take it.
    Refused(String),
    /// The agent is to end; it goes on when it starts again.
    Later,
    /// The server does not know the agent any more.
    Unauthorised(String),
}

/// Why a part of the report did not come about.
enum Not {
    Stopped,
    Trouble(Trouble),
    /// A result is not on disk any more.
    Missing(String),
}

/// Sends results and the end, until the server has them or says that it will not.
pub(crate) fn report(
    options: &AgentOptions,
    client: &Client,
    folder: &JobFolder,
    lease: &LeaseId,
    request: &EndRequest,
) -> Reported {
    let retry = Retry { options, most: options.settings.server.retry_max.to_duration() };
    for sha256 in &request.results {
        match retry.upload(client, folder, sha256) {
            Ok(()) => (options.at)("report.uploaded"),
            Err(Not::Stopped) => return Reported::Later,
            Err(Not::Trouble(Trouble::Unauthorised(why))) => return Reported::Unauthorised(why),
            Err(Not::Trouble(trouble)) => return Reported::Refused(trouble.to_string()),
            Err(Not::Missing(why)) => return Reported::Refused(why),
        }
    }
    let ended = retry.until(&mut || client.end(lease, request));
    match ended {
        Ok(response) => Reported::Taken(response),
        Err(Not::Stopped) => Reported::Later,
        Err(Not::Trouble(Trouble::Conflict(why))) => Reported::Gone(why),
        Err(Not::Trouble(Trouble::Unauthorised(why))) => Reported::Unauthorised(why),
        Err(Not::Trouble(trouble)) => Reported::Refused(trouble.to_string()),
        Err(Not::Missing(why)) => Reported::Refused(why),
    }
}

/// What is reported where the server refused the results: that, and nothing else.
pub(crate) fn without_results(request: &EndRequest, why: &str) -> EndRequest {
    let end = JobEnd::Rejected { message: why.to_owned() };
    EndRequest { end, results: Vec::new(), log: None, ..request.clone() }
}

struct Retry<'a> {
    options: &'a AgentOptions,
    most: Duration,
}

impl Retry<'_> {
    /// Tries until it does, or will never do, or the agent is to end.
    fn until<T>(&self, attempt: &mut dyn FnMut() -> Result<T, Trouble>) -> Result<T, Not> {
        let mut backoff = Backoff::new(self.most);
        let mut told = false;
        loop {
            match attempt() {
                Ok(done) => return Ok(done),
                Err(Trouble::Later(why, asked)) => {
                    if !std::mem::replace(&mut told, true) {
                        (self.options.say)(&format!("the report waits: {why}"));
                    }
                    let pause = asked.unwrap_or_default().min(self.most).max(backoff.pause());
                    if wait(&self.options.stop, pause) {
                        return Err(Not::Stopped);
                    }
                }
                Err(trouble) => return Err(Not::Trouble(trouble)),
            }
        }
    }

    /// Sends a result from where the server has it.
    fn upload(&self, client: &Client, folder: &JobFolder, sha256: &str) -> Result<(), Not> {
        let missing = |error: std::io::Error| Not::Missing(format!("the result {sha256} cannot be read: {error}"));
        let mut file = std::fs::File::open(folder.result(sha256)).map_err(missing)?;
        let size = file.metadata().map_err(missing)?.len();
        let mut state = self.until(&mut || client.upload_state(sha256))?;
        let mut backoff = Backoff::new(self.most);
        let mut last = None;
        while !state.complete {
            let offset = if state.offset < size { state.offset } else { 0 };
            // The same place again is no progress: a server that answers so is not asked without end at once.
            if last.replace(offset) == Some(offset) && wait(&self.options.stop, backoff.pause()) {
                return Err(Not::Stopped);
            }
            let mut part = Vec::new();
            file.seek(SeekFrom::Start(offset)).map_err(missing)?;
            file.by_ref().take(PART_BYTES as u64).read_to_end(&mut part).map_err(missing)?;
            state = match self.until(&mut || client.put_upload(sha256, offset, size, &part))? {
                Sent::Taken(state) | Sent::Elsewhere(state) => state,
            };
            (self.options.at)("report.part");
        }
        Ok(())
    }
}
