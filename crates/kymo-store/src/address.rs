//! Where a store is.

use std::convert::Infallible;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a store is: a file of SQLite, or a database of PostgreSQL. What is shown of it never has a password.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum StoreAddress {
    /// The path of a file.
    File(PathBuf),
    /// The URL of a database, `postgres://USER:PASSWORD@HOST:PORT/DATABASE`.
    Postgres(String),
}

/// What stands in the place of a password.
const HIDDEN: &str = "***";

impl StoreAddress {
    /// The file, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for StoreAddress {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        Ok(if is_url { Self::Postgres(text.to_owned()) } else { Self::File(PathBuf::from(text)) })
    }
}

impl From<OsString> for StoreAddress {
    fn from(text: OsString) -> Self {
        match text.to_str() {
            Some(text) => match text.parse() {
                Ok(address) => address,
                Err(never) => match never {},
            },
            None => Self::File(PathBuf::from(text)),
        }
    }
}

impl From<&Path> for StoreAddress {
    fn from(path: &Path) -> Self {
        Self::File(path.to_owned())
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => without_password(url).fmt(f),
        }
    }
}

impl fmt::Debug for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreAddress({self})")
    }
}

/// The URL with its password replaced, wherever one may stand. Rather too much is hidden than too little: what stands
/// before the last `@` is who logs in, even where a character of the password should have been written `%40`.
fn without_password(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
    let mut rest = rest.to_owned();
    let mut from = 0;
    while let Some(at) = rest[from..].find("password=") {
        let start = from + at + "password=".len();
        let end = rest[start..].find('&').map_or(rest.len(), |length| start + length);
        rest.replace_range(start..end, HIDDEN);
        from = start;
    }
    if let Some((who, place)) = rest.rsplit_once('@')
        && let Some((user, _)) = who.split_once(':')
    {
        rest = format!("{user}:{HIDDEN}@{place}");
    }
    format!("{scheme}://{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        let parse = |text: &str| text.parse::<StoreAddress>().unwrap();
        assert_eq!(parse("kymo.db"), StoreAddress::File("kymo.db".into()));
        assert_eq!(parse("postgres.db"), StoreAddress::File("postgres.db".into()));
        assert!(matches!(parse("postgres://host/name"), StoreAddress::Postgres(_)));
        assert!(matches!(StoreAddress::from(OsString::from("postgresql:///name")), StoreAddress::Postgres(_)));
    }

    #[test]
    fn no_password_is_shown() {
        for (url, expect) in [
            ("postgres://host/name", "postgres://host/name"),
            ("postgres://me@host/name?sslmode=require", "postgres://me@host/name?sslmode=require"),
            ("postgresql://me:pass@host:5432/name", "postgresql://me:***@host:5432/name"),
            ("postgres://me:pa@ss@host/name", "postgres://me:***@host/name"),
            ("postgres://me:p/a?ss@host/name", "postgres://me:***@host/name"),
            ("postgres:///name?user=me&password=pass&host=h", "postgres:///name?user=me&password=***&host=h"),
            ("postgres:///name?password=p@ss:word", "postgres:///name?password=***"),
            ("postgres://host/name?password=a&password=b", "postgres://host/name?password=***&password=***"),
        ] {
            let address: StoreAddress = url.parse().unwrap();
            assert_eq!(address.to_string(), expect);
            assert_eq!(format!("{address:?}"), format!("StoreAddress({expect})"));
        }
    }
}
