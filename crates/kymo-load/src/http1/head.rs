//! The head of an answer: what follows it.

use crate::answer::Fault;
use std::mem::MaybeUninit;

/// More header fields than any server sends.
const FIELDS_MAX: usize = 128;

/// How the body ends (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Length(u64),
    Chunked,
    UntilClose,
}

/// What is needed of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Its length in bytes.
    pub length: usize,
    pub status: u16,
    pub body: Body,
    pub close: bool,
}

/// Reads a head; `None` where it is not all there.
pub(super) fn read(bytes: &[u8], asked_head: bool) -> Result<Option<Head>, Fault> {
    let mut fields = [const { MaybeUninit::<httparse::Header<'_>>::uninit() }; FIELDS_MAX];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let length = match config.parse_response_with_uninit_headers(&mut parsed, bytes, &mut fields) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(Fault("more than 128 header fields")),
        Err(_) => return Err(Fault("no head of HTTP/1.1")),
    };
    let status = parsed.code.unwrap_or(0);
    let mut close = parsed.version == Some(0);
    let (mut body, mut chunked) = (None, false);
    for field in parsed.headers.iter() {
        match field.name.len() {
            14 if field.name.eq_ignore_ascii_case("content-length") => {
                let value = length_of(field.value)?;
                if body.is_some_and(|earlier| earlier != value) {
                    return Err(Fault("two lengths of one body"));
                }
                body = Some(value);
            }
            17 if field.name.eq_ignore_ascii_case("transfer-encoding") => {
                chunked = names(field.value, "chunked");
                if !chunked {
                    return Err(Fault("a transfer encoding other than chunked"));
                }
            }
            10 if field.name.eq_ignore_ascii_case("connection") => {
                close = names(field.value, "close") || close && !names(field.value, "keep-alive");
            }
            _ => {}
        }
    }
    let body = match (chunked, body) {
        _ if asked_head || status < 200 || status == 204 || status == 304 => Body::Length(0),
        (true, _) => Body::Chunked,
        (false, Some(length)) => Body::Length(length),
        (false, None) => Body::UntilClose,
    };
    Ok(Some(Head { length, status, body, close: close || body == Body::UntilClose }))
}

/// Whether a list of words has a word.
fn names(value: &[u8], word: &str) -> bool {
    value.split(|byte| *byte == b',').any(|one| one.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}

fn length_of(value: &[u8]) -> Result<u64, Fault> {
    let digits = value.trim_ascii();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Fault("a length of the body that is no number"));
    }
    let add = |sum: u64, digit: &u8| sum.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
    digits.iter().try_fold(0, add).ok_or(Fault("a length of the body beyond all bounds"))
}
