//! Where a load goes: the URL, taken apart and looked up.

use crate::error::CliError;
use http::Uri;
use std::net::{SocketAddr, ToSocketAddrs};

/// A URL's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The URL as it was typed.
    pub url: String,
    /// Whether by TLS.
    pub https: bool,
    /// The host, as a name or an address without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The host as in `Host`, with the port where it is not the scheme's own.
    pub authority: String,
    /// Path and query.
    pub path: String,
}

impl Target {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// When it is none that a load can go to.
    pub fn parse(url: &str) -> Result<Self, CliError> {
        let wrong = |what: &str| {
            CliError::usage(format!("'{url}': {what}"))
                .with_hint("a URL is needed, as http://127.0.0.1:8080/path or https://example.org/")
        };
        let uri: Uri = url.parse().map_err(|error| wrong(&format!("{error}")))?;
        let https = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            Some(other) => return Err(wrong(&format!("{other} is not spoken here"))),
            None => return Err(wrong("the scheme is missing")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("the host is missing"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("no name and password can be in it").with_hint("send them by -H 'Authorization: …'"));
        }
        let usual = if https { 443 } else { 80 };
        let port = match authority.port_u16() {
            Some(0) => return Err(wrong("0 is no port")),
            Some(port) => port,
            // `host:` and `host:99999` have a colon that leads to no port.
            None if authority.as_str().len() > authority.host().len() => {
                return Err(wrong("its port is none"));
            }
            None => usual,
        };
        let host = authority.host().to_owned();
        let shown = if port == usual { host.clone() } else { format!("{host}:{port}") };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { url: url.to_owned(), https, host, port, authority: shown, path })
    }

    /// The addresses of the host.
    ///
    /// # Errors
    /// When it has none.
    pub fn addresses(&self) -> Result<Vec<SocketAddr>, CliError> {
        let unknown = |why: String| CliError::failure(format!("the host {} has no address: {why}", self.host));
        let found = (self.host.as_str(), self.port).to_socket_addrs().map_err(|error| unknown(error.to_string()))?;
        let addresses: Vec<SocketAddr> = found.collect();
        if addresses.is_empty() { Err(unknown("nothing was found".to_owned())) } else { Ok(addresses) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn urls_are_taken_apart() {
        let parts = |url: &str| {
            let target = Target::parse(url).unwrap();
            (target.https, target.host, target.port, target.authority, target.path)
        };
        let own = |https, host: &str, port, authority: &str, path: &str| {
            (https, host.to_owned(), port, authority.to_owned(), path.to_owned())
        };
        assert_eq!(parts("http://a"), own(false, "a", 80, "a", "/"));
        assert_eq!(parts("https://a:8443/b?c=d#e"), own(true, "a", 8443, "a:8443", "/b?c=d"));
        assert_eq!(parts("http://[::1]:8080/x"), own(false, "::1", 8080, "[::1]:8080", "/x"));
        assert_eq!(parts("http://a:80?q"), own(false, "a", 80, "a", "/?q"));
        for url in [
            "",
            "a",
            "localhost:80",
            "/x",
            "ftp://a",
            "http://",
            "http://u:p@a/",
            "http://a:0",
            "http://a:99999",
            "http://a b/",
        ] {
            assert!(Target::parse(url).is_err(), "{url}");
        }
    }

    proptest! {
        #[test]
        fn no_url_panics(url in "(http://)?\\PC{0,20}") {
            let _ = Target::parse(&url);
        }
    }
}
