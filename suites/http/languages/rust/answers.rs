//! TechEmpower's plaintext and json in Rust, with its standard library and nothing else: memory comes from the library's
//! allocator, and texts are put together by `format!`. Kept to what Rust 1.63 knows.

#![deny(unsafe_op_in_unsafe_fn)]

use std::alloc::{alloc, dealloc, realloc, Layout};
use std::mem::MaybeUninit;

/// Bytes that the other side reads, as the canonical ABI lowers them.
#[repr(C)]
struct Bytes {
    at: *const u8,
    length: usize,
}

impl Bytes {
    fn of(bytes: &[u8]) -> Self {
        Self { at: bytes.as_ptr(), length: bytes.len() }
    }
}

#[repr(C)]
struct Header {
    name: Bytes,
    value: Bytes,
}

#[repr(C)]
struct OptionalBytes {
    some: u8,
    value: Bytes,
}

/// A result that is a handle, where `failed` is 0.
#[repr(C)]
struct HandleResult {
    failed: u8,
    handle: u32,
}

#[repr(C)]
struct WriteResult {
    failed: u8,
    closed: u8,
    error: u32,
}

/// An error code with whatever belongs to it.
#[repr(C)]
struct Finished([u64; 5]);

#[link(wasm_import_module = "wasi:http/types@0.2.0")]
extern "C" {
    #[link_name = "[static]fields.from-list"]
    fn fields_from_list(headers: *const Header, count: usize, result: *mut HandleResult);
    #[link_name = "[method]incoming-request.path-with-query"]
    fn request_path(request: u32, result: *mut OptionalBytes);
    #[link_name = "[resource-drop]incoming-request"]
    fn request_drop(request: u32);
    #[link_name = "[constructor]outgoing-response"]
    fn response_new(fields: u32) -> u32;
    #[link_name = "[method]outgoing-response.set-status-code"]
    fn response_set_status(response: u32, code: u32) -> u32;
    #[link_name = "[method]outgoing-response.body"]
    fn response_body(response: u32, result: *mut HandleResult);
    #[link_name = "[method]outgoing-body.write"]
    fn body_write(body: u32, result: *mut HandleResult);
    #[link_name = "[static]outgoing-body.finish"]
    fn body_finish(body: u32, has_trailers: u32, trailers: u32, result: *mut Finished);
    #[link_name = "[static]response-outparam.set"]
    fn outparam_set(out: u32, failed: u32, response: u32, _: u32, _: u64, _: u32, _: u32, _: u32, _: u32);
}

#[link(wasm_import_module = "wasi:io/streams@0.2.0")]
extern "C" {
    #[link_name = "[method]output-stream.blocking-write-and-flush"]
    fn stream_write(stream: u32, data: *const u8, length: usize, result: *mut WriteResult);
    #[link_name = "[resource-drop]output-stream"]
    fn output_drop(stream: u32);
}

#[link(wasm_import_module = "wasi:io/error@0.2.0")]
extern "C" {
    #[link_name = "[resource-drop]error"]
    fn error_drop(error: u32);
}

/// As many bytes as a stream takes at a time.
const WRITE_MOST: usize = 4096;

/// How the host asks for room for what it hands over.
///
/// # Safety
/// `old` is what an earlier call gave for `had` and `align`, or `had` is 0.
#[export_name = "cabi_realloc"]
pub unsafe extern "C" fn cabi_realloc(old: *mut u8, had: usize, align: usize, size: usize) -> *mut u8 {
    // SAFETY: the canonical ABI's alignments are powers of two, and sizes those of a 32-bit memory.
    let layout = |size| unsafe { Layout::from_size_align_unchecked(size, align) };
    match (had, size) {
        (_, 0) => align as *mut u8,
        // SAFETY: the size is not 0.
        (0, size) => unsafe { alloc(layout(size)) },
        // SAFETY: the caller promises that `old` has this layout.
        (had, size) => unsafe { realloc(old, layout(had), size) },
    }
}

/// Has a function of the host write its result.
///
/// # Safety
/// The function writes all of it.
unsafe fn written<T>(call: impl FnOnce(*mut T)) -> T {
    let mut result = MaybeUninit::uninit();
    call(result.as_mut_ptr());
    // SAFETY: the caller promises that it was written.
    unsafe { result.assume_init() }
}

/// The path that is asked for, without its query.
fn path(request: u32) -> String {
    // SAFETY: the host writes the whole result, and what it names was allocated by `cabi_realloc` and is ours now.
    let all = unsafe {
        let asked = written(|result| request_path(request, result));
        request_drop(request);
        if asked.some == 0 {
            return "/".to_owned();
        }
        let text = std::slice::from_raw_parts(asked.value.at, asked.value.length);
        let all = String::from_utf8_lossy(text).into_owned();
        if asked.value.length > 0 {
            dealloc(asked.value.at as *mut u8, Layout::from_size_align_unchecked(asked.value.length, 1));
        }
        all
    };
    all.split('?').next().unwrap_or_default().to_owned()
}

/// Sends what there is; a client that has gone is no reason to trap.
fn send(stream: u32, body: &[u8]) {
    for part in body.chunks(WRITE_MOST) {
        // SAFETY: the host reads the part, and writes its whole result; an error is dropped once.
        unsafe {
            let result: WriteResult = written(|result| stream_write(stream, part.as_ptr(), part.len(), result));
            if result.failed != 0 {
                if result.closed == 0 {
                    error_drop(result.error);
                }
                return;
            }
        }
    }
}

fn answer(out: u32, status: u32, content_type: &str, body: &str) {
    let length = body.len().to_string();
    let header = |name: &'static str, value: &str| Header {
        name: Bytes::of(name.as_bytes()),
        value: Bytes::of(value.as_bytes()),
    };
    let headers =
        [header("server", "kymograph"), header("content-type", content_type), header("content-length", &length)];
    // SAFETY: the calls are in the order that wasi:http wants, each handle is used while it is owned, and the results
    // can fail only where the calls are wrong.
    unsafe {
        let fields = written(|result| fields_from_list(headers.as_ptr(), headers.len(), result));
        let response = response_new(fields.handle);
        if status != 200 {
            response_set_status(response, status);
        }
        let outgoing = written(|result| response_body(response, result));
        outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
        let stream = written(|result| body_write(outgoing.handle, result));
        send(stream.handle, body.as_bytes());
        output_drop(stream.handle);
        let _: Finished = written(|result| body_finish(outgoing.handle, 0, 0, result));
    }
}

/// A text as a string of JSON.
fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if c < ' ' => json.push_str(&format!("\\u{:04x}", c as u32)),
            c => json.push(c),
        }
    }
    json.push('"');
    json
}

#[export_name = "wasi:http/incoming-handler@0.2.0#handle"]
pub extern "C" fn handle(request: u32, out: u32) {
    match path(request).as_str() {
        "/plaintext" => answer(out, 200, "text/plain", "Hello, World!"),
        "/json" => {
            answer(out, 200, "application/json", &format!("{{\"message\":{}}}", json_string("Hello, World!")))
        }
        _ => answer(out, 404, "text/plain", "there is nothing under this path\n"),
    }
}
