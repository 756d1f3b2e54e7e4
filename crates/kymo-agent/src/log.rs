//! A job's log: a file of plain text that grows, of which the server has a beginning.

use crate::plain::Cleaner;
use kymo_model::watch::LogPiece;
use kymo_sandbox::Stream;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Bytes of one piece at most, as the protocol has it.
const PIECE_MAX_BYTES: usize = 64 << 10;

/// Bytes of a log at most; steps have limits of their own, far below.
const LOG_MAX_BYTES: u64 = 64 << 20;

/// A job's log.
pub(crate) struct JobLog {
    inner: Mutex<Inner>,
}

struct Inner {
    file: File,
    length: u64,
    streams: [Cleaner; 2],
    /// The last line of standard error, which tells most when a command fails.
    last_error: String,
}

impl JobLog {
    /// Opens the log, made on first use.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let mut file = File::options().create(true).append(true).read(true).open(path)?;
        let length = file.seek(SeekFrom::End(0))?;
        let inner = Inner { file, length, streams: Default::default(), last_error: String::new() };
        Ok(Self { inner: Mutex::new(inner) })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Inner) -> T) -> T {
        work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A line of the agent's own.
    pub(crate) fn say(&self, text: &str) {
        self.with(|log| {
            log.end_lines();
            let mut out = String::new();
            let mut cleaner = Cleaner::default();
            cleaner.take(text.as_bytes(), &mut out);
            cleaner.finish(&mut out);
            log.write(&out);
        });
    }

    /// What a command wrote.
    pub(crate) fn take(&self, stream: Stream, bytes: &[u8]) {
        self.with(|log| {
            let mut out = String::new();
            log.streams[usize::from(stream == Stream::Error)].take(bytes, &mut out);
            if let Some(last) = out.lines().rfind(|line| !line.trim().is_empty()).filter(|_| stream == Stream::Error) {
                log.last_error = last.to_owned();
            }
            log.write(&out);
        });
    }

    /// The command is over: lines that were not are. Gives the last line of its standard error.
    pub(crate) fn end_command(&self) -> String {
        self.with(|log| {
            log.end_lines();
            std::mem::take(&mut log.last_error)
        })
    }

    /// Bytes of the log.
    pub(crate) fn length(&self) -> u64 {
        self.with(|log| log.length)
    }

    /// What comes after the first `offset` bytes, as much as fits a piece; `None` where there is nothing more. Offsets of
    /// pieces are counted from `base`, which is what the server had of the job before this try.
    pub(crate) fn piece(&self, base: u64, offset: u64) -> Option<LogPiece> {
        self.with(|log| {
            let start = offset.saturating_sub(base).min(log.length);
            let mut bytes =
                vec![0; PIECE_MAX_BYTES.min(usize::try_from(log.length - start).unwrap_or(PIECE_MAX_BYTES))];
            log.file.seek(SeekFrom::Start(start)).ok()?;
            log.file.read_exact(&mut bytes).ok()?;
            // A piece ends where a character does.
            let whole = match std::str::from_utf8(&bytes) {
                Ok(text) => text,
                Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
            };
            (!whole.is_empty()).then(|| LogPiece { offset: base + start, text: whole.to_owned() })
        })
    }
}

impl Inner {
    fn end_lines(&mut self) {
        for stream in [0, 1] {
            let mut out = String::new();
            self.streams[stream].finish(&mut out);
            if let Some(last) = out.lines().rfind(|line| !line.trim().is_empty()).filter(|_| stream == 1) {
                self.last_error = last.to_owned();
            }
            self.write(&out);
        }
    }

    /// A log that cannot be written (the disk is full) has a gap; it is no reason to stop a measurement.
    fn write(&mut self, text: &str) {
        if text.is_empty() || self.length + text.len() as u64 > LOG_MAX_BYTES {
            return;
        }
        match self.file.write_all(text.as_bytes()) {
            Ok(()) => self.length += text.len() as u64,
            Err(_) => {
                // Half a piece of text may be there: it is taken off, so that the file stays text.
                let _ = self.file.set_len(self.length);
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn pieces_put_together_are_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.txt");
        let log = JobLog::open(&path).unwrap();
        log.say("fetch: begins");
        // Characters of two bytes at odd places: no piece may cut one.
        log.take(Stream::Output, format!("x{}\n", "é\n".repeat(60_000)).as_bytes());
        log.take(Stream::Error, b"half a line");
        assert_eq!(log.end_command(), "half a line");
        let (base, mut all, mut offset) = (1000, String::new(), 0);
        while let Some(piece) = log.piece(base, offset) {
            assert_eq!(piece.offset, base + all.len() as u64);
            assert!(piece.text.len() <= PIECE_MAX_BYTES);
            all.push_str(&piece.text);
            offset = base + all.len() as u64;
        }
        assert_eq!(all, std::fs::read_to_string(&path).unwrap());
        assert_eq!(JobLog::open(&path).unwrap().length(), all.len() as u64, "it goes on where it was");
    }
}
