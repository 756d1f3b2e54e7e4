//! Requests, made ready once: nothing is put together while the load goes.

use crate::error::LoadError;
use crate::http2::request_block;
use crate::spec::{ConnectionUse, Expect, HttpVersion, LoadSpec, RequestSpec};

/// A request as bytes, and what its answer must be.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// HTTP/1.1: all of it. HTTP/2: the header block.
    pub bytes: Vec<u8>,
    /// HTTP/2: the body, which goes in frames of its own.
    pub body: Vec<u8>,
    /// Whether it is HEAD, whose answer has no body.
    pub head: bool,
    pub expect: Expect,
}

/// Checks all requests and makes them ready.
pub(crate) fn prepare(spec: &LoadSpec) -> Result<Vec<Prepared>, LoadError> {
    if spec.requests.is_empty() {
        return Err(LoadError::Spec("there is no request to send".to_owned()));
    }
    spec.requests.iter().map(|request| one(spec, request)).collect()
}

fn one(spec: &LoadSpec, request: &RequestSpec) -> Result<Prepared, LoadError> {
    check(request)?;
    if spec.http == HttpVersion::Http2 {
        check_http2(request)?;
    }
    let (bytes, body) = match spec.http {
        HttpVersion::Http1 => (http1(spec, request), Vec::new()),
        HttpVersion::Http2 => {
            let scheme = if spec.tls.is_some() { "https" } else { "http" };
            (request_block(request, &spec.authority, scheme), request.body.clone())
        }
    };
    Ok(Prepared { bytes, body, head: request.method == "HEAD", expect: request.expect.clone() })
}

fn http1(spec: &LoadSpec, request: &RequestSpec) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    let named = |name: &str| request.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    if !named("host") {
        text += &format!("Host: {}\r\n", spec.authority);
    }
    for (key, value) in &request.headers {
        text += &format!("{key}: {value}\r\n");
    }
    if spec.connection_use == ConnectionUse::PerRequest && !named("connection") {
        text += "Connection: close\r\n";
    }
    if has_length(request) {
        text += &format!("Content-Length: {}\r\n", request.body.len());
    }
    text += "\r\n";
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&request.body);
    bytes
}

/// Whether the length of the body is said: where there is one, and where the method means that there is (RFC 9110, 8.6).
pub(crate) fn has_length(request: &RequestSpec) -> bool {
    !request.body.is_empty() || ["POST", "PUT", "PATCH"].contains(&request.method.as_str())
}

fn check(request: &RequestSpec) -> Result<(), LoadError> {
    let fault = |text: String| Err(LoadError::Spec(text));
    if !(request.weight > 0.0 && request.weight.is_finite()) {
        return fault(format!("the weight of {} is {}: it must be positive", request.path, request.weight));
    }
    if request.method.is_empty() || !request.method.bytes().all(is_token) {
        return fault(format!("'{}' is no method: letters such as GET", request.method));
    }
    if !request.path.starts_with(['/', '*']) || !request.path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return fault(format!("'{}' is no path: it begins with '/', and anything but ASCII is encoded", request.path));
    }
    for (key, value) in &request.headers {
        if key.is_empty() || !key.bytes().all(is_token) {
            return fault(format!("'{key}' is no name of a header field"));
        }
        if value.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 0x7f) {
            return fault(format!("the header field '{key}' has a control character in its value"));
        }
        if ["content-length", "transfer-encoding"].iter().any(|own| key.eq_ignore_ascii_case(own)) {
            return fault(format!("the header field '{key}' is set from the body: leave it out"));
        }
    }
    Ok(())
}

/// HTTP/2 has no fields about the connection (RFC 9113, 8.2.2), and one frame has room for so much of a head.
fn check_http2(request: &RequestSpec) -> Result<(), LoadError> {
    const OF_CONNECTIONS: [&str; 4] = ["connection", "keep-alive", "proxy-connection", "upgrade"];
    let unfit = |(key, _): &&(String, String)| OF_CONNECTIONS.iter().any(|own| key.eq_ignore_ascii_case(own));
    if let Some((key, _)) = request.headers.iter().find(unfit) {
        return Err(LoadError::Spec(format!("the header field '{key}' does not exist in HTTP/2: leave it out")));
    }
    let length: usize = request.headers.iter().map(|(key, value)| key.len() + value.len() + 16).sum();
    if length + request.path.len() > 15_000 {
        return Err(LoadError::Spec("the head of a request is larger than a frame of HTTP/2 (16 KiB)".to_owned()));
    }
    Ok(())
}

/// Characters of tokens (RFC 9110, 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
