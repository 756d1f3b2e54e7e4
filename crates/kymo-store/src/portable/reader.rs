//! A back-up, read: first all of it against its checksum, then record by record.

use super::format::{
    CHECKSUM_BYTES, END, END_OF_TABLE, HEAD, Head, MAGIC, Owned, ROW, TABLE, Table, VERSION, damaged, take, take_bytes,
    take_cell, unusable,
};
use crate::StoreError;
use crate::db::migration;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// Reads the whole file against the checksum at its end, and its head; where the records end.
pub fn check(name: &str, from: &mut (impl Read + Seek)) -> Result<u64, StoreError> {
    let unreadable = |error: io::Error| unusable(name, format!("cannot be read ({error})"), "check the path");
    let length = from.seek(SeekFrom::End(0)).map_err(unreadable)?;
    from.rewind().map_err(unreadable)?;
    let mut magic = Vec::new();
    from.take(MAGIC.len() as u64).read_to_end(&mut magic).map_err(unreadable)?;
    if magic != MAGIC {
        return Err(unusable(name, "is no back-up of a store", "give a file that kymo store backup wrote"));
    }
    let end = length.saturating_sub(CHECKSUM_BYTES);
    if end <= MAGIC.len() as u64 {
        return Err(damaged(name, "there is nothing behind its beginning"));
    }
    let mut hash = Sha256::new_with_prefix(MAGIC);
    let mut rest = BufReader::with_capacity(1 << 18, &mut *from).take(end - MAGIC.len() as u64);
    let mut piece = vec![0; 1 << 16];
    loop {
        match rest.read(&mut piece).map_err(unreadable)? {
            0 => break,
            read => hash.update(&piece[..read]),
        }
    }
    let there: [u8; CHECKSUM_BYTES as usize] = take(&mut rest.into_inner()).map_err(unreadable)?;
    if hash.finalize()[..] != there {
        return Err(damaged(name, "its checksum is another"));
    }
    // The head says whether this version can read it at all.
    Records::open(name, from, end).map(|_| end)
}

/// The records of a back-up, one after the other.
pub struct Records<'a, R: Read> {
    name: &'a str,
    stream: BufReader<zstd::Decoder<'a, BufReader<io::Take<R>>>>,
    /// What it is of.
    pub head: Head,
}

/// A record behind the head.
pub enum Record {
    Table(Table),
    Row(Vec<Owned>),
    EndOfTable(u64),
    End(u64),
}

impl<'a, R: Read + Seek> Records<'a, R> {
    /// Begins to read; `end` is where the records end.
    pub fn open(name: &'a str, mut from: R, end: u64) -> Result<Self, StoreError> {
        let told = |error: io::Error| damaged(name, error);
        from.seek(SeekFrom::Start(MAGIC.len() as u64)).map_err(told)?;
        let compressed = BufReader::new(from.take(end - MAGIC.len() as u64));
        let stream = BufReader::new(zstd::Decoder::with_buffer(compressed).map_err(told)?);
        let head = Head { version: VERSION, schema: 0, made_by: String::new(), made_unix_s: 0 };
        let mut records = Self { name, stream, head };
        if records.tag()? != HEAD {
            return Err(damaged(name, "it does not begin with its head"));
        }
        records.head = records.json()?;
        let Head { version, schema, ref made_by, .. } = records.head;
        if version > VERSION || schema as usize > migration::KNOWN {
            let problem = format!(
                "is of a newer kymo, {made_by} (schema {schema}, form {version}; this one knows {} and {VERSION})",
                migration::KNOWN
            );
            return Err(unusable(name, problem, "update kymo"));
        }
        Ok(records)
    }

    /// The next record; rows have `columns` cells.
    pub fn next(&mut self, columns: usize) -> Result<Record, StoreError> {
        Ok(match self.tag()? {
            TABLE => Record::Table(self.json()?),
            ROW => {
                let cells = (0..columns).map(|_| take_cell(&mut self.stream));
                Record::Row(cells.collect::<io::Result<_>>().map_err(|error| damaged(self.name, error))?)
            }
            END_OF_TABLE => Record::EndOfTable(self.number()?),
            END => Record::End(self.number()?),
            other => return Err(damaged(self.name, format!("a record begins with the byte {other}"))),
        })
    }

    fn tag(&mut self) -> Result<u8, StoreError> {
        Ok(take::<1>(&mut self.stream).map_err(|error| damaged(self.name, error))?[0])
    }

    fn number(&mut self) -> Result<u64, StoreError> {
        take(&mut self.stream).map(u64::from_le_bytes).map_err(|error| damaged(self.name, error))
    }

    fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        let bytes = take_bytes(&mut self.stream).map_err(|error| damaged(self.name, error))?;
        serde_json::from_slice(&bytes).map_err(|error| damaged(self.name, error))
    }
}
