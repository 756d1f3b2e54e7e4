//! Answers, as both versions of HTTP give them, and the check of their bodies.

use crate::spec::Expect;
use memchr::memmem;

/// A request under way. Times in nanoseconds on the monotonic clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UnderWay {
    pub due: u64,
    pub sent: u64,
    /// Which of the requests.
    pub request: u32,
    /// Whether it was due within the window.
    pub counted: bool,
}

/// A whole answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub status: u16,
    /// Whether the body is the expected one.
    pub body_ok: bool,
    /// Whether the connection ends with it.
    pub close: bool,
}

impl Answer {
    pub(crate) fn status_ok(&self, expect: &Expect) -> bool {
        expect.status.map_or(self.status < 400, |status| self.status == status)
    }
}

/// What a server sent is no HTTP, or more of it than a client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Fault(pub &'static str);

/// Compares a body with the expected one as it comes, and keeps no more of it than the length of what is looked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyCheck {
    seen: usize,
    differs: bool,
    found: bool,
    /// The end of what was seen, where the beginning of what is looked for may be.
    tail: Vec<u8>,
}

impl BodyCheck {
    pub(crate) fn start(&mut self) {
        self.seen = 0;
        self.differs = false;
        self.found = false;
        self.tail.clear();
    }

    #[inline]
    pub(crate) fn feed(&mut self, expect: &Expect, part: &[u8]) {
        if let Some(body) = &expect.body {
            let end = self.seen.saturating_add(part.len());
            self.differs |= body.get(self.seen..end) != Some(part);
            self.seen = end;
        }
        if let Some(sought) = &expect.contains {
            self.look_for(sought, part);
        }
    }

    fn look_for(&mut self, sought: &[u8], part: &[u8]) {
        if self.found {
            return;
        }
        let keep = sought.len().saturating_sub(1);
        let head = &part[..keep.min(part.len())];
        self.tail.extend_from_slice(head);
        self.found = memmem::find(&self.tail, sought).is_some() || memmem::find(part, sought).is_some();
        self.tail.extend_from_slice(&part[head.len()..][(part.len() - head.len()).saturating_sub(keep)..]);
        let surplus = self.tail.len().saturating_sub(keep);
        self.tail.drain(..surplus);
    }

    pub(crate) fn ok(&self, expect: &Expect) -> bool {
        let whole = expect.body.as_ref().is_none_or(|body| !self.differs && self.seen == body.len());
        let part = expect.contains.as_ref().is_none_or(|sought| self.found || sought.is_empty());
        whole && part
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_body_is_checked_however_it_is_cut(
            body in proptest::collection::vec(0_u8..3, 0..40), sought in proptest::collection::vec(0_u8..3, 0..5),
            cuts in proptest::collection::vec(0_usize..40, 0..6), other in proptest::collection::vec(0_u8..3, 0..40),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(body.len())).chain([0, body.len()]).collect();
            cuts.sort_unstable();
            let parts = || cuts.windows(2).map(|pair| &body[pair[0]..pair[1]]);
            let judged = |expect: &Expect| {
                let mut check = BodyCheck::default();
                check.start();
                parts().for_each(|part| check.feed(expect, part));
                check.ok(expect)
            };
            let holds = sought.is_empty() || body.windows(sought.len()).any(|window| window == sought);
            prop_assert_eq!(judged(&Expect { contains: Some(sought), ..Expect::default() }), holds);
            prop_assert_eq!(judged(&Expect { body: Some(body.clone()), ..Expect::default() }), true);
            prop_assert_eq!(judged(&Expect { body: Some(other.clone()), ..Expect::default() }), other == body);
        }
    }
}
