//! Header blocks (HPACK, RFC 7541) without a dynamic table: ours use none, and the server was told to use none. So a
//! request's block is the same every time, and of an answer's only the status has to be understood.

use crate::answer::Fault;
use crate::request::has_length;
use crate::spec::RequestSpec;

/// Statuses of the static table, from index 8 on (RFC 7541, appendix A).
const STATIC_STATUSES: [u16; 7] = [200, 204, 206, 304, 400, 404, 500];
const FIRST_STATUS: usize = 8;

/// The header block of a request.
pub(crate) fn request_block(request: &RequestSpec, authority: &str, scheme: &str) -> Vec<u8> {
    let mut block = Vec::new();
    match request.method.as_str() {
        "GET" => block.push(0x82),
        "POST" => block.push(0x83),
        other => literal(&mut block, 2, other),
    }
    block.push(if scheme == "https" { 0x87 } else { 0x86 });
    literal(&mut block, 4, &request.path);
    let host = request.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case("host"));
    literal(&mut block, 1, host.map_or(authority, |(_, value)| value));
    let fields = request.headers.iter().filter(|(key, _)| !key.eq_ignore_ascii_case("host"));
    for (key, value) in fields {
        block.push(0);
        string(&mut block, &key.to_ascii_lowercase());
        string(&mut block, value);
    }
    if has_length(request) {
        literal(&mut block, 28, &request.body.len().to_string());
    }
    block
}

/// A field with a name of the static table, not to be put into a table (RFC 7541, 6.2.2).
fn literal(block: &mut Vec<u8>, name: usize, value: &str) {
    integer(block, 0, 4, name);
    string(block, value);
}

fn string(block: &mut Vec<u8>, text: &str) {
    integer(block, 0, 7, text.len());
    block.extend_from_slice(text.as_bytes());
}

/// An integer with a prefix of so many bits (RFC 7541, 5.1).
fn integer(block: &mut Vec<u8>, first: u8, bits: u32, value: usize) {
    let most = (1 << bits) - 1;
    if value < most {
        return block.push(first | value as u8);
    }
    block.push(first | most as u8);
    let mut rest = value - most;
    while rest >= 128 {
        block.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    block.push(rest as u8);
}

/// The status of an answer.
pub(super) fn status(block: &[u8]) -> Result<u16, Fault> {
    let mut reader = Reader(block);
    // It comes first (RFC 9113, 8.3), after changes of the table's size at most.
    while let Some(&first) = reader.0.first() {
        if first & 0x80 != 0 {
            let index = reader.integer(7)?;
            let known = index.checked_sub(FIRST_STATUS).and_then(|at| STATIC_STATUSES.get(at));
            if let Some(status) = known {
                return Ok(*status);
            }
            continue;
        }
        if first & 0xe0 == 0x20 {
            reader.integer(5)?;
            continue;
        }
        let name = reader.integer(if first & 0x40 != 0 { 6 } else { 4 })?;
        let spelled = if name == 0 { Some(reader.string()?) } else { None };
        let (packed, value) = reader.string()?;
        let is_status = (FIRST_STATUS..FIRST_STATUS + STATIC_STATUSES.len()).contains(&name)
            || spelled.is_some_and(|(packed, name)| !packed && name == b":status");
        if is_status {
            return if packed { packed_number(value) } else { plain_number(value) };
        }
    }
    Err(Fault("an answer without a status"))
}

fn plain_number(text: &[u8]) -> Result<u16, Fault> {
    let text = std::str::from_utf8(text).map_err(|_| NO_STATUS)?;
    if text.len() == 3 { text.parse().map_err(|_| NO_STATUS) } else { Err(NO_STATUS) }
}

const NO_STATUS: Fault = Fault("a status that is no number of three digits");

/// Three digits in the Huffman code (RFC 7541, appendix B): 0 to 2 have five bits, 3 to 9 six.
fn packed_number(bytes: &[u8]) -> Result<u16, Fault> {
    if bytes.len() > 3 {
        return Err(NO_STATUS);
    }
    let all = bytes.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte)) << (8 * (3 - bytes.len()));
    let (mut at, mut number) = (0, 0);
    for _ in 0..3 {
        let five = (all >> (19 - at)) & 0x1f;
        let digit = if five <= 2 {
            at += 5;
            five
        } else {
            let six = (all >> (18 - at)) & 0x3f;
            at += 6;
            six.checked_sub(0b01_1001).filter(|above| *above <= 6).map(|above| above + 3).ok_or(NO_STATUS)?
        };
        number = number * 10 + digit as u16;
    }
    if at <= 8 * bytes.len() { Ok(number) } else { Err(NO_STATUS) }
}

/// Reads a block from its front.
struct Reader<'a>(&'a [u8]);

const CUT_OFF: Fault = Fault("a header block that is cut off");

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, Fault> {
        let (first, rest) = self.0.split_first().ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok(*first)
    }

    fn integer(&mut self, bits: u32) -> Result<usize, Fault> {
        let most = (1_usize << bits) - 1;
        let mut value = self.byte()? as usize & most;
        if value < most {
            return Ok(value);
        }
        for shift in [0, 7, 14, 21] {
            let byte = self.byte()?;
            value += (byte as usize & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Fault("an integer of a header block beyond all bounds"))
    }

    /// A text, and whether it is in the Huffman code.
    fn string(&mut self) -> Result<(bool, &'a [u8]), Fault> {
        let packed = self.0.first().is_some_and(|first| first & 0x80 != 0);
        let length = self.integer(7)?;
        let (text, rest) = self.0.split_at_checked(length).ok_or(CUT_OFF)?;
        self.0 = rest;
        Ok((packed, text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_status_is_read_in_all_its_forms() {
        assert_eq!(status(&[0x88]), Ok(200));
        assert_eq!(status(&[0x20, 0x8e]), Ok(500));
        assert_eq!(status(b"\x08\x03418"), Ok(418));
        assert_eq!(status(b"\x48\x03503"), Ok(503));
        assert_eq!(status(b"\x00\x07:status\x03201"), Ok(201));
        // RFC 7541, C.6.1: 302 in the Huffman code; C.6.2: 307.
        assert_eq!(status(&[0x48, 0x82, 0x64, 0x02]), Ok(302));
        assert_eq!(status(&[0x48, 0x83, 0x64, 0x0e, 0xff]), Ok(307));
        assert_eq!(status(b"\x08\x02ab"), Err(NO_STATUS));
        assert_eq!(status(&[]), Err(Fault("an answer without a status")));
    }

    #[test]
    fn a_request_is_as_in_the_examples_of_the_standard() {
        let headers = vec![("Custom-Key".to_owned(), "custom-value".to_owned())];
        let request = RequestSpec {
            weight: 1.0,
            method: "GET".to_owned(),
            path: "/sample/path".to_owned(),
            headers,
            body: Vec::new(),
            expect: crate::spec::Expect::default(),
        };
        let expected = b"\x82\x86\x04\x0c/sample/path\x01\x0fwww.example.com\x00\x0acustom-key\x0ccustom-value";
        assert_eq!(request_block(&request, "www.example.com", "http"), expected);
    }

    proptest! {
        #[test]
        fn integers_come_back(value in 0_usize..100_000_000, bits in 4_u32..8) {
            let mut block = Vec::new();
            integer(&mut block, 0, bits, value);
            prop_assert_eq!(Reader(&block).integer(bits), Ok(value));
        }

        #[test]
        fn no_block_makes_it_panic(block in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = status(&block);
        }
    }
}
