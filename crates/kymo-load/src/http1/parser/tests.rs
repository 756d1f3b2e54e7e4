use super::*;
use crate::spec::Expect;
use proptest::prelude::*;

fn asked(head: bool, body: &[u8]) -> Prepared {
    let expect = Expect { body: Some(body.to_vec()), ..Expect::default() };
    Prepared { bytes: Vec::new(), body: Vec::new(), head, expect }
}

/// All answers in a text that is read in pieces that end at `cuts`, and what is left of the last.
fn answers(text: &[u8], cuts: &[usize], request: &Prepared) -> Result<Vec<Answer>, Fault> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (text.len() + 1)).chain([0, text.len()]).collect();
    cuts.sort_unstable();
    let (mut parser, mut found) = (Parser::default(), Vec::new());
    for pair in cuts.windows(2) {
        let mut piece = &text[pair[0]..pair[1]];
        while !piece.is_empty() {
            let (used, answer) = parser.advance(piece, request)?;
            piece = &piece[used..];
            found.extend(answer);
        }
    }
    found.extend(parser.end(request));
    Ok(found)
}

const fn good(status: u16, close: bool) -> Answer {
    Answer { status, body_ok: true, close }
}

proptest! {
    #[test]
    fn answers_come_out_however_they_are_cut(cuts in proptest::collection::vec(0_usize..1000, 0..12)) {
        let length = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        let chunked =
            b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n";
        let informed = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 5\r\n\r\nhello";
        let last = b"HTTP/1.1 200 OK\r\n\r\nhello";
        let text = [&length[..], chunked, informed, last].concat();
        let expected = vec![good(200, false), good(201, false), good(404, false), good(200, true)];
        prop_assert_eq!(answers(&text, &cuts, &asked(false, b"hello")), Ok(expected));
    }

    #[test]
    fn no_bytes_make_it_panic(text in proptest::collection::vec(any::<u8>(), 0..200), at in 0_usize..60) {
        let _ = answers(&text, &[at], &asked(false, b""));
        let mut spoilt = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".to_vec();
        let place = at % spoilt.len();
        spoilt.splice(place..place, text.iter().copied().take(3));
        let _ = answers(&spoilt, &[at], &asked(false, b"hello"));
    }
}

#[test]
fn answers_without_a_body_have_none_whatever_they_say() {
    let one = |text: &[u8], head| answers(text, &[], &asked(head, b""));
    assert_eq!(one(b"HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n", false), Ok(vec![good(204, false)]));
    assert_eq!(one(b"HTTP/1.1 304 Not Modified\r\n\r\n", false), Ok(vec![good(304, false)]));
    assert_eq!(one(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n", true), Ok(vec![good(200, false)]));
}

#[test]
fn connections_are_kept_as_the_version_and_the_field_say() {
    let closes = |text: &str| answers(text.as_bytes(), &[], &asked(false, b"")).unwrap()[0].close;
    assert!(!closes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert!(closes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: x, Close\r\n\r\n"));
    assert!(closes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"));
    assert!(!closes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
}

#[test]
fn a_wrong_body_is_an_answer_and_garbage_is_none() {
    let wrong = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellx", &[], &asked(false, b"hello"));
    assert_eq!(wrong, Ok(vec![Answer { status: 200, body_ok: false, close: false }]));
    let garbage = [
        "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ];
    for text in garbage {
        assert!(answers(text.as_bytes(), &[], &asked(false, b"")).is_err(), "{text}");
    }
    let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), vec![b'a'; 70_000]].concat();
    assert_eq!(answers(&endless, &[30, 60], &asked(false, b"")), Err(Fault("a head of more than 64 KiB")));
}
