//! HTTP/1.1: requests one after the other on a connection, up to a depth at a time, answers in the same order.

mod head;
mod parser;

use crate::answer::{Answer, Fault, UnderWay};
use crate::request::Prepared;
use parser::Parser;
use std::collections::VecDeque;

/// A connection's requests under way, and the answer that is being read.
#[derive(Debug)]
pub(crate) struct Http1 {
    parser: Parser,
    under_way: VecDeque<UnderWay>,
}

impl Http1 {
    pub(crate) fn new(depth: usize) -> Self {
        Self { parser: Parser::default(), under_way: VecDeque::with_capacity(depth) }
    }

    pub(crate) fn send(&mut self, request: &Prepared, sent: UnderWay, out: &mut Vec<u8>) {
        out.extend_from_slice(&request.bytes);
        self.under_way.push_back(sent);
    }

    /// Reads what came; every whole answer is added to `answers` with its request.
    #[inline]
    pub(crate) fn receive(
        &mut self,
        mut data: &[u8],
        requests: &[Prepared],
        answers: &mut Vec<(UnderWay, Answer)>,
    ) -> Result<(), Fault> {
        while !data.is_empty() {
            let first = *self.under_way.front().ok_or(Fault("an answer that nothing was asked for"))?;
            let (used, answer) = self.parser.advance(data, &requests[first.request as usize])?;
            data = &data[used..];
            if let Some(answer) = answer {
                self.under_way.pop_front();
                answers.push((first, answer));
                if answer.close {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The server closed its side: an answer may end with that.
    pub(crate) fn closed(&mut self, requests: &[Prepared], answers: &mut Vec<(UnderWay, Answer)>) {
        if let Some(first) = self.under_way.front().copied()
            && let Some(answer) = self.parser.end(&requests[first.request as usize])
        {
            self.under_way.pop_front();
            answers.push((first, answer));
        }
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.under_way.len()
    }

    /// When the oldest request under way was sent.
    pub(crate) fn oldest(&self) -> Option<u64> {
        self.under_way.front().map(|one| one.sent)
    }

    /// Gives up what is under way, oldest first.
    pub(crate) fn abandon(&mut self, into: &mut Vec<UnderWay>) {
        into.extend(self.under_way.drain(..));
        self.parser = Parser::default();
    }
}
