//! The Atom feed of incidents.

use crate::badge::escaped;
use crate::entries::{Incident, IncidentState};
use sha2::{Digest, Sha256};

/// Entries of the feed, newest first.
const ENTRIES: usize = 50;

/// The feed; `incidents` oldest first. Links are relative where nobody says where the site will be.
pub fn atom(incidents: &[Incident], url: Option<&str>) -> String {
    let base = url.map_or_else(String::new, |url| format!("{}/", url.trim_end_matches('/')));
    let newest = incidents.iter().map(updated).max().unwrap_or(0);
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n  \
         <title>Performance incidents</title>\n  <id>{}</id>\n  <updated>{}</updated>\n  \
         <author><name>Kymograph</name></author>\n  <link rel=\"alternate\" href=\"{}\"/>\n",
        identity(&format!("feed {base}")),
        rfc3339(newest),
        escaped(if base.is_empty() { "./" } else { &base }),
    );
    for incident in incidents.iter().rev().take(ENTRIES) {
        out.push_str(&entry(incident, &base));
    }
    out.push_str("</feed>\n");
    out
}

fn entry(incident: &Incident, base: &str) -> String {
    let state = match incident.state {
        IncidentState::Suspected => "suspected",
        IncidentState::Confirmed => "confirmed",
        IncidentState::Refuted => "refuted",
        IncidentState::Unconfirmed => "not confirmed",
    };
    let title = format!("{}: {:+.1} % on {}, {state}", incident.project, incident.size * 100.0, incident.machine);
    let mut text = format!("{} series moved; one of {} commits.", incident.series_total, incident.commits_total);
    for commit in &incident.commits {
        text.push_str(&format!(" {}: {}.", commit.hash, commit.title));
    }
    format!(
        "  <entry>\n    <title>{}</title>\n    <id>{}</id>\n    <published>{}</published>\n    \
         <updated>{}</updated>\n    <link rel=\"alternate\" href=\"{}#/incident/{}\"/>\n    \
         <summary>{}</summary>\n  </entry>\n",
        escaped(&title),
        identity(&format!("incident {}", incident.id)),
        rfc3339(incident.opened_unix_s),
        rfc3339(updated(incident)),
        escaped(base),
        escaped(&encoded(&incident.id)),
        escaped(&text),
    )
}

fn updated(incident: &Incident) -> u64 {
    incident.history.iter().map(|one| one.unix_s).chain([incident.opened_unix_s]).max().unwrap_or(0)
}

/// A name as part of an address.
fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// An identity that stays: a UUID of the eighth version, which is for names made in one's own way (RFC 9562).
fn identity(name: &str) -> String {
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&Sha256::digest(name.as_bytes())[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A time as Atom writes it, UTC.
pub(crate) fn rfc3339(unix_s: u64) -> String {
    let (days, second) = ((unix_s / 86_400) as i64, unix_s % 86_400);
    // From days to a date of the Gregorian calendar, counted from 1 March of the year 0 in eras of 400 years.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(951_827_696), "2000-02-29T12:34:56Z");
        assert_eq!(rfc3339(1_795_345_200), "2026-11-22T11:00:00Z");
    }

    #[test]
    fn identities_stay() {
        assert_eq!(identity("a"), identity("a"));
        assert_ne!(identity("a"), identity("b"));
        assert_eq!(identity("a").len(), "urn:uuid:".len() + 36);
    }

    #[test]
    fn names_in_addresses_are_encoded() {
        assert_eq!(encoded("a b/é-1"), "a%20b%2F%C3%A9-1");
    }
}
