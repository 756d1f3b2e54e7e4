//! TLS: whom the generator trusts, and that a request goes through.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use kymo_load::{ConnectionUse, HttpVersion, LoadError, LoadSpec, Tls, run};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use support::{HELLO, Requests, put, server, spec};

/// A server with a certificate of its own for `localhost`, and that certificate as PEM.
fn secure() -> (SocketAddr, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let address = server(move |stream, _| {
        let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
        let mut requests = Requests::default();
        while requests.next(&mut stream) && stream.write_all(HELLO).is_ok() {}
    });
    (address, made.cert.pem())
}

fn tls(authorities: Option<PathBuf>, insecure: bool) -> Option<Tls> {
    Some(Tls { server_name: "localhost".to_owned(), insecure, authorities })
}

#[test]
fn a_certificate_is_trusted_by_a_file_or_not_at_all() {
    let (address, pem) = secure();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    std::fs::write(&file, pem).unwrap();
    let base = spec(address, 100.0, 0.5);
    for tls in [tls(Some(file), false), tls(None, true)] {
        let load = put(&LoadSpec { tls: tls.clone(), ..base.clone() });
        assert_eq!(load.report.requests.completed, 50, "{:?}", load.report.notes);
        assert!(load.report.bytes_read > 50 * HELLO.len() as u64, "records are larger than what is in them");
        let single = LoadSpec { tls, connection_use: ConnectionUse::PerRequest, ..base.clone() };
        assert_eq!(put(&single).report.requests.completed, 50);
    }
    let said = |tls| run(&LoadSpec { tls, ..base.clone() }, &mut (), &AtomicBool::new(false)).unwrap_err().to_string();
    let unknown = said(tls(None, false));
    assert!(unknown.contains("invalid peer certificate") || unknown.contains("no certificate to trust"), "{unknown}");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    let none = said(tls(Some(empty), false));
    assert!(none.contains("there is no certificate (PEM) in it"), "{none}");
    let missing = said(tls(Some(folder.path().join("missing.pem")), false));
    assert!(missing.contains("missing.pem: not a file of certificates"), "{missing}");
}

#[test]
fn a_server_without_http2_over_tls_is_named() {
    let (address, _) = secure();
    let wrong = LoadSpec { tls: tls(None, true), http: HttpVersion::Http2, ..spec(address, 10.0, 0.2) };
    let error = run(&wrong, &mut (), &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, LoadError::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains("HTTP/2"), "{error}");
}
