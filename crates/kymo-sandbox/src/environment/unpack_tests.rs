#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::os::unix::fs::PermissionsExt;
use tar::{Builder, Header};

const BUDGET: Budget = Budget { bytes: 1 << 20, files: 1000 };

/// An archive of entries: kind, name as it is written, content or target of the link, mode.
fn archive(entries: &[(EntryType, &str, &str, u32)]) -> File {
    let mut builder = Builder::new(Vec::new());
    for (kind, name, content, mode) in entries {
        let mut header = Header::new_gnu();
        // Past the library's own checks, as an attacker would.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(*kind);
        header.set_mode(*mode);
        let is_link = [EntryType::Symlink, EntryType::Link].contains(kind);
        if is_link {
            header.as_old_mut().linkname[..content.len()].copy_from_slice(content.as_bytes());
        }
        let content = if is_link { "" } else { content };
        header.set_size(content.len() as u64);
        header.set_cksum();
        builder.append(&header, content.as_bytes()).unwrap();
    }
    let mut file = tempfile::tempfile().unwrap();
    io::Write::write_all(&mut file, &builder.into_inner().unwrap()).unwrap();
    io::Seek::rewind(&mut file).unwrap();
    file
}

/// The tree after all layers, a line for each entry, or what is wrong.
fn unpacked(layers: &[&[(EntryType, &str, &str, u32)]]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::create_dir(&root).unwrap();
    fs::write(folder.path().join("outside"), "untouched").unwrap();
    let mut unpacker = Unpacker::new(&root, BUDGET).unwrap();
    let result = layers.iter().try_for_each(|layer| unpacker.layer(archive(layer)));
    assert_eq!(fs::read_to_string(folder.path().join("outside")).unwrap(), "untouched");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing was made outside");
    result.map_err(|error| error.to_string())?;
    let mut lines = Vec::new();
    let mut waiting = vec![root.clone()];
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(at).unwrap().flatten() {
            let path = entry.path();
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            let facts = path.symlink_metadata().unwrap();
            lines.push(if facts.is_symlink() {
                format!("{name} -> {}", fs::read_link(&path).unwrap().display())
            } else if facts.is_dir() {
                waiting.push(path.clone());
                format!("{name} {:o}", facts.permissions().mode() & 0o7777)
            } else {
                format!("{name} {:o} '{}'", facts.permissions().mode() & 0o7777, fs::read_to_string(&path).unwrap())
            });
        }
    }
    lines.sort();
    Ok(lines.join("\n"))
}

use EntryType::{Block, Char, Directory, Fifo, Link, Regular, Symlink};

#[test]
fn plain_trees_come_out_as_they_are_without_special_modes_and_devices() {
    let layer = [
        (Directory, "./bin/", "", 0o700),
        (Regular, "./bin/tool", "t", 0o4755),
        (Regular, "/etc/conf", "c", 0o600),
        (Symlink, "lib", "usr/lib", 0o777),
        (Regular, "lib/so", "by way of a link", 0o644),
        (Link, "bin/same", "bin/tool", 0o755),
        (Char, "dev/null", "", 0o666),
        (Block, "dev/disk", "", 0o666),
        (Fifo, "pipe", "", 0o666),
    ];
    let usr = [(Directory, "usr/lib", "", 0o755)];
    insta::assert_snapshot!(unpacked(&[&usr, &layer]).unwrap());
}

#[test]
fn later_layers_take_away_and_replace() {
    let first = [
        (Regular, "a/old", "1", 0o644),
        (Regular, "a/kept", "1", 0o644),
        (Regular, "b/x", "1", 0o644),
        (Regular, "b/y/z", "1", 0o644),
        (Symlink, "c", "a", 0o777),
        (Directory, "d", "", 0o755),
        (Regular, "d/in", "1", 0o644),
    ];
    let second = [
        (Regular, "a/.wh.old", "", 0o644),
        (Regular, "b/new", "2", 0o644),
        (Regular, "b/.wh..wh..opq", "", 0o644),
        (Regular, "c", "a file now", 0o644),
        (Regular, "d", "a file, too", 0o644),
    ];
    insta::assert_snapshot!(unpacked(&[&first, &second]).unwrap());
}

#[test]
fn nothing_leads_out_of_the_tree() {
    for (name, layer) in [
        ("dots", &[(Regular, "a/../../outside", "evil", 0o644)][..]),
        ("a link above", &[(Symlink, "up", "..", 0o777), (Regular, "up/outside", "evil", 0o644)]),
        ("an absolute link", &[(Symlink, "abs", "/tmp", 0o777), (Regular, "abs/kymo-evil", "evil", 0o644)]),
        ("a link onto a file", &[(Symlink, "f", "../outside", 0o777), (Regular, "f", "evil", 0o644)]),
        ("a hard link", &[(Link, "h", "../outside", 0o644), (Regular, "h", "evil", 0o644)]),
        ("a hard link by a link", &[(Symlink, "up", "..", 0o777), (Link, "h", "up/outside", 0o644)]),
        ("taken away above", &[(Symlink, "up", "..", 0o777), (Regular, "up/.wh.outside", "", 0o644)]),
        ("all taken away above", &[(Symlink, "up", "..", 0o777), (Regular, "up/.wh..wh..opq", "", 0o644)]),
        ("the folder itself", &[(Regular, "x/.wh..", "", 0o644)]),
        ("the folder above", &[(Regular, "x/.wh...", "", 0o644)]),
        ("the root", &[(Symlink, "/", "/etc", 0o777)]),
    ] {
        // That nothing outside was touched is asserted in there; what came of it is either refused or stays inside.
        if let Ok(tree) = unpacked(&[layer]) {
            assert!(!tree.contains("untouched"), "{name}: {tree}");
        }
        assert!(!Path::new("/tmp/kymo-evil").exists(), "{name}");
    }
    let error = unpacked(&[&[(Regular, "a/../../outside", "evil", 0o644)]]).unwrap_err();
    assert_eq!(error, "\"a/../../outside\" leads out of the archive");
}

#[test]
fn bombs_end_at_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let large = "x".repeat(600 << 10);
    let twice = archive(&[(Regular, "a", &large, 0o644), (Regular, "b", &large, 0o644)]);
    let mut unpacker = Unpacker::new(folder.path(), BUDGET).unwrap();
    let error = unpacker.layer(twice).unwrap_err().to_string();
    assert_eq!(error, "the archive unpacks to more bytes than the limit");
    let many: Vec<String> = (0..1001).map(|at| format!("f{at}")).collect();
    let many: Vec<_> = many.iter().map(|name| (Regular, name.as_str(), "", 0o644)).collect();
    let error = unpacked(&[&many]).unwrap_err();
    assert_eq!(error, "the archive unpacks to more files than the limit");
    // A gibibyte of zeros in a name, in a megabyte of gzip: the stream is cut.
    let mut file = tempfile::tempfile().unwrap();
    let mut bomb = flate2::write::GzEncoder::new(&file, flate2::Compression::fast());
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::GNULongName);
    header.set_size(1 << 30);
    header.set_cksum();
    io::Write::write_all(&mut bomb, header.as_bytes()).unwrap();
    for _ in 0..64 {
        io::Write::write_all(&mut bomb, &vec![b'x'; 1 << 20]).unwrap();
    }
    bomb.finish().unwrap();
    io::Seek::rewind(&mut file).unwrap();
    let mut unpacker = Unpacker::new(folder.path(), BUDGET).unwrap();
    assert!(unpacker.layer(file).is_err());
}

#[test]
fn what_is_no_archive_is_said_to_be_none() {
    let folder = tempfile::tempdir().unwrap();
    for start in
        [&b"plain text that is longer than nothing"[..], b"\x1f\x8b not gzip", b"\x28\xb5\x2f\xfd no", b"\xfd7zXZ"]
    {
        let mut file = tempfile::tempfile().unwrap();
        io::Write::write_all(&mut file, &start.repeat(40)).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        let error = Unpacker::new(folder.path(), BUDGET).unwrap().layer(file).unwrap_err().to_string();
        assert!(error.starts_with("the archive "), "{error}");
    }
}
