//! The servers whose latencies are known beforehand, over io_uring: apart from the other tests, which would keep the processors busy.

#[path = "known_answers.rs"]
mod known_answers;
