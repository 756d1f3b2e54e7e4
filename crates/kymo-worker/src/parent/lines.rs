//! Lines from a worker's pipe, read on a thread, with a limit on everything.

use std::io::Read;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The longest line that is read: 50 iterations of 12 metrics are 20 kB; 16 MiB is room for any honest answer.
const LINE_BYTES_MAX: usize = 16 << 20;

/// What came from the pipe.
#[derive(Debug)]
pub enum Line {
    /// A whole line, without its end.
    Text(Vec<u8>),
    /// A line longer than [`LINE_BYTES_MAX`]; nothing more is read.
    TooLong,
    /// The pipe was closed.
    End,
}

/// Reads lines on a thread until the pipe closes, a line is too long or the receiver is dropped.
pub fn read_lines(mut pipe: impl Read + Send + 'static) -> Receiver<Line> {
    // The channel is bounded: a worker that chatters is held back by its own pipe, not kept in our memory.
    let (sender, receiver) = sync_channel(16);
    std::thread::spawn(move || {
        let mut pending: Vec<u8> = Vec::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            let count = match pipe.read(&mut chunk) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(_) => break,
            };
            for piece in chunk[..count].split_inclusive(|byte| *byte == b'\n') {
                pending.extend_from_slice(piece);
                if pending.last() == Some(&b'\n') {
                    pending.pop();
                    if sender.send(Line::Text(std::mem::take(&mut pending))).is_err() {
                        return;
                    }
                } else if pending.len() > LINE_BYTES_MAX {
                    // The receiver may be gone; then nobody is interested in the end either.
                    let _ = sender.send(Line::TooLong);
                    return;
                }
            }
        }
        let _ = sender.send(Line::End);
    });
    receiver
}

/// The end of a worker's standard error, read on a thread: a gigabyte of it costs a few kilobytes.
pub struct Tail {
    text: Arc<Mutex<Vec<u8>>>,
    done: Receiver<()>,
}

impl Tail {
    /// Starts to read.
    pub fn read(mut pipe: impl Read + Send + 'static) -> Self {
        const TAIL_BYTES: usize = 16 << 10;
        let text = Arc::new(Mutex::new(Vec::new()));
        let (sender, done) = sync_channel(1);
        let shared = Arc::clone(&text);
        std::thread::spawn(move || {
            let mut chunk = vec![0; 16 << 10];
            while let Ok(count) = pipe.read(&mut chunk) {
                let Ok(mut tail) = shared.lock() else { return };
                if count == 0 {
                    break;
                }
                tail.extend_from_slice(&chunk[..count]);
                let excess = tail.len().saturating_sub(TAIL_BYTES);
                tail.drain(..excess);
            }
            // Nobody waits any more if the receiver is gone.
            let _ = sender.send(());
        });
        Self { text, done }
    }

    /// What was read. Waits a little for the end of the pipe, which a process that the worker left behind may hold.
    pub fn take(&self) -> String {
        let _ = self.done.recv_timeout(Duration::from_millis(200));
        let tail = self.text.lock().map(|mut text| std::mem::take(&mut *text)).unwrap_or_default();
        String::from_utf8_lossy(&tail).trim().to_owned()
    }
}
