//! Archives that tests hand in.

/// A tar archive of files, by name and content, each readable by everybody.
///
/// # Panics
/// When a name is none that an archive can have.
pub fn tar_of(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, content.as_slice()).expect("a name that fits into an archive");
    }
    builder.into_inner().expect("memory takes whatever is written")
}
