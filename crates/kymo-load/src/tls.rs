//! TLS: whom to trust, and which protocol to ask for.
//!
//! The machine's own store is trusted, so that a private authority that an administrator installed works as it does for
//! browsers; a list built into the program would know the public ones only. *ring* does the cryptography: it is in the
//! program already, and builds without CMake. Sessions are never resumed: each new connection costs the server a whole
//! handshake, and a measurement says the same at its start and its end.

use crate::error::LoadError;
use crate::spec::{HttpVersion, Tls};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::sync::Arc;

/// A configuration, and the name of the server.
pub(crate) fn configure(tls: &Tls, http: HttpVersion) -> Result<(Arc<ClientConfig>, ServerName<'static>), LoadError> {
    let name = ServerName::try_from(tls.server_name.clone())
        .map_err(|_| LoadError::Spec(format!("'{}' is no name that a certificate can be for", tls.server_name)))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let unusable = |error: rustls::Error| LoadError::Unsupported(format!("TLS: {error}"));
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(unusable)?.dangerous();
    let verifier: Arc<dyn ServerCertVerifier> = if tls.insecure {
        Arc::new(Anyone(provider))
    } else {
        let roots = Arc::new(trusted(tls)?);
        WebPkiServerVerifier::builder_with_provider(roots, provider)
            .build()
            .map_err(|error| LoadError::Spec(format!("no certificate to trust: {error}. Name a file of them")))?
    };
    let mut config = builder.with_custom_certificate_verifier(verifier).with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = match http {
        HttpVersion::Http1 => vec![b"http/1.1".to_vec()],
        HttpVersion::Http2 => vec![b"h2".to_vec()],
    };
    Ok((Arc::new(config), name))
}

/// The machine's store, and the file that was named.
fn trusted(tls: &Tls) -> Result<RootCertStore, LoadError> {
    let mut roots = RootCertStore::empty();
    // A certificate of the store that cannot be read is one that is not trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = &tls.authorities {
        let fault = |reason: String| LoadError::Spec(format!("{}: {reason}", path.display()));
        let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
        let found = found.map_err(|error| fault(format!("not a file of certificates (PEM): {error}")))?;
        if found.is_empty() {
            return Err(fault("there is no certificate (PEM) in it".to_owned()));
        }
        for certificate in found {
            roots.add(certificate).map_err(|error| fault(format!("a certificate that cannot be trusted: {error}")))?;
        }
    }
    Ok(roots)
}

/// Trusts any certificate, but still asks for proof that the server has its key.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
