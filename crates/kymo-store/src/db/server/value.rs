//! Values on PostgreSQL's wire.
//!
//! A TEXT of PostgreSQL holds every character but NUL. What comes in goes out again all the same: a character that means
//! nothing in Unicode stands before a digit for it, and for itself.

use crate::db::value::{Cell, Value};
use bytes::BytesMut;
use postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use std::borrow::Cow;
use std::error::Error;

/// A noncharacter, for internal use by definition.
const MARK: char = '\u{10FFFE}';

fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', MARK]) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\0' => out.extend([MARK, '0']),
            MARK => out.extend([MARK, '1']),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains(MARK) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            MARK => out.push(if rest.next() == Some('0') { '\0' } else { MARK }),
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match (*self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Integer(value), &Type::INT8) => value.to_sql(ty, out),
            (Self::Integer(value), &Type::INT4) => i32::try_from(value)?.to_sql(ty, out),
            (Self::Integer(value), &Type::INT2) => i16::try_from(value)?.to_sql(ty, out),
            (Self::Integer(value), &Type::BOOL) => (value != 0).to_sql(ty, out),
            (Self::Integer(value), &Type::FLOAT8) => (value as f64).to_sql(ty, out),
            (Self::Real(value), &Type::FLOAT8) => value.to_sql(ty, out),
            (Self::Text(text), _) if <&str as ToSql>::accepts(ty) => escaped(text).as_ref().to_sql(ty, out),
            (Self::Blob(bytes), &Type::BYTEA) => bytes.to_sql(ty, out),
            (value, ty) => Err(format!("{value:?} is given where a {ty} belongs").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            Type::INT4 => Self::Integer(i32::from_sql(ty, raw)?.into()),
            Type::INT2 => Self::Integer(i16::from_sql(ty, raw)?.into()),
            Type::BOOL => Self::Integer(bool::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Self::Real(f64::from_sql(ty, raw)?),
            Type::BYTEA => Self::Blob(raw),
            _ => Self::Text(unescaped(<&str>::from_sql(ty, raw)?)),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::INT2 | Type::BOOL | Type::FLOAT8 | Type::BYTEA)
            || <&str as FromSql>::accepts(ty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_comes_back(text in "[a\\x00\u{10FFFE}01é]{0,12}") {
            let kept = escaped(&text);
            prop_assert!(!kept.contains('\0'));
            let back = unescaped(&kept);
            prop_assert_eq!(back.as_ref(), text.as_str());
        }
    }
}
