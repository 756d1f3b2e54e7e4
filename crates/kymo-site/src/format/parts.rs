//! Lists that grow at one end, cut into parts so that a new entry changes the newest part only.

/// Entries of a part that is closed.
pub const PART_ENTRIES: usize = 200;

/// Bytes of a part before compression: below the limit of a file even if nothing is saved by compressing.
pub const PART_BYTES: usize = 800_000;

/// Cuts entries, oldest first, whose sizes these are. Gives the parts as lengths, oldest first. A part is closed at
/// [`PART_ENTRIES`] or when it is full; the newest takes up to twice as many, so that it is never nearly empty.
pub fn cut(sizes: &[usize]) -> Vec<usize> {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for size in sizes {
        match parts.last_mut() {
            Some((entries, bytes)) if *entries < PART_ENTRIES && *bytes + size <= PART_BYTES => {
                *entries += 1;
                *bytes += size;
            }
            _ => parts.push((1, *size)),
        }
    }
    if let [.., (entries, bytes), (last_entries, last_bytes)] = parts[..]
        && last_entries < PART_ENTRIES
        && bytes + last_bytes <= PART_BYTES
    {
        parts.pop();
        if let Some(last) = parts.last_mut() {
            *last = (entries + last_entries, bytes + last_bytes);
        }
    }
    parts.into_iter().map(|(entries, _)| entries).collect()
}

/// Joins entries, oldest first and each as JSON, to parts, newest first and newest entry first.
pub fn join(entries: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let sizes: Vec<usize> = entries.iter().map(|entry| entry.len() + 1).collect();
    let mut rest = entries;
    let mut parts = Vec::new();
    for length in cut(&sizes) {
        let (part, behind) = rest.split_at(length);
        rest = behind;
        let mut text = vec![b'['];
        for (number, entry) in part.iter().rev().enumerate() {
            if number > 0 {
                text.push(b',');
            }
            text.extend_from_slice(entry);
        }
        text.push(b']');
        parts.push(text);
    }
    parts.reverse();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_part_alone_changes() {
        assert_eq!(cut(&[10; 0]), [0; 0]);
        assert_eq!(cut(&[10; 1]), [1]);
        assert_eq!(cut(&[10; 399]), [399]);
        assert_eq!(cut(&[10; 400]), [200, 200]);
        assert_eq!(cut(&[10; 599]), [200, 399]);
        for entries in 1..1500 {
            let (before, after) = (cut(&vec![10; entries]), cut(&vec![10; entries + 1]));
            let closed = before.len() - 1;
            assert_eq!(before[..closed.min(after.len())], after[..closed], "{entries}");
            assert_eq!(after.iter().sum::<usize>(), entries + 1);
        }
    }

    #[test]
    fn no_part_is_too_large() {
        assert_eq!(cut(&[300_000; 5]), [2, 2, 1]);
        assert_eq!(cut(&[2_000_000, 10]), [1, 1]);
    }

    #[test]
    fn entries_are_joined_newest_first() {
        let entries = [b"1".to_vec(), b"2".to_vec(), b"3".to_vec()];
        assert_eq!(join(&entries), [b"[3,2,1]".to_vec()]);
        assert_eq!(join(&[]), Vec::<Vec<u8>>::new());
    }
}
