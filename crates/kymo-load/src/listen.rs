//! Connections that a listener's queue had no room for. The client's kernel tries again after a second, and no client
//! says so by itself.

/// `TcpExtListenOverflows` of this machine, since its boot; `None` where the kernel does not say.
pub(crate) fn overflows() -> Option<u64> {
    parse(&std::fs::read_to_string("/proc/net/netstat").ok()?)
}

/// The kernel writes a line of names and a line of values, both with `TcpExt:` in front.
fn parse(text: &str) -> Option<u64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix("TcpExt:"));
    let (names, values) = (lines.next()?, lines.next()?);
    let mut pairs = names.split_ascii_whitespace().zip(values.split_ascii_whitespace());
    pairs.find(|(name, _)| *name == "ListenOverflows")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_stands_under_its_name() {
        let text = "TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 22 3\nIpExt: InNoRoutes\nIpExt: 0\n";
        assert_eq!(parse(text), Some(22));
        assert_eq!(parse("TcpExt: SyncookiesSent\nTcpExt: 1\n"), None);
    }
}
