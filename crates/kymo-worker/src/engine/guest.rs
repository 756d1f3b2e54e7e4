//! Parameters and results of an invoked export as text: the same in every engine, so that they can be compared.

use crate::protocol::Failure;

/// The number types of WebAssembly that an invoked export may take and return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// 32-bit integer.
    I32,
    /// 64-bit integer.
    I64,
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
}

/// A number given to an export, or returned by it. Floats are bit patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// 32-bit integer.
    I32(i32),
    /// 64-bit integer.
    I64(i64),
    /// Bits of a 32-bit floating point number.
    F32(u32),
    /// Bits of a 64-bit floating point number.
    F64(u64),
}

/// Reads an export's arguments from the texts of `open`. Integers may be written signed or unsigned.
///
/// # Errors
/// `invalid`, naming the argument, when the count or a text does not fit.
pub fn parse_arguments(export: &str, types: &[ValueType], texts: &[String]) -> Result<Vec<Argument>, Failure> {
    if types.len() != texts.len() {
        let (wanted, given) = (types.len(), texts.len());
        return Err(Failure::invalid(format!("the export '{export}' takes {wanted} arguments, {given} were given")));
    }
    types.iter().zip(texts).map(|(ty, text)| parse(export, *ty, text)).collect()
}

fn parse(export: &str, ty: ValueType, text: &str) -> Result<Argument, Failure> {
    let parsed = match ty {
        // A negative number and its unsigned twin are the same 32 bits.
        ValueType::I32 => {
            text.parse::<i32>().or_else(|_| text.parse::<u32>().map(|n| n as i32)).ok().map(Argument::I32)
        }
        ValueType::I64 => {
            text.parse::<i64>().or_else(|_| text.parse::<u64>().map(|n| n as i64)).ok().map(Argument::I64)
        }
        ValueType::F32 => text.parse::<f32>().ok().map(|n| Argument::F32(n.to_bits())),
        ValueType::F64 => text.parse::<f64>().ok().map(|n| Argument::F64(n.to_bits())),
    };
    parsed.ok_or_else(|| {
        let name = format!("{ty:?}").to_lowercase();
        Failure::invalid(format!("the export '{export}' takes an {name}, '{text}' is none"))
    })
}

/// Results as text: integers as signed decimals, floats as bit patterns (`f64:0x3ff0000000000000`), so that every
/// engine and language writes the same, separated by a space.
pub fn result_text(values: &[Argument]) -> String {
    let texts: Vec<String> = values
        .iter()
        .map(|value| match value {
            Argument::I32(n) => n.to_string(),
            Argument::I64(n) => n.to_string(),
            Argument::F32(bits) => format!("f32:{bits:#010x}"),
            Argument::F64(bits) => format!("f64:{bits:#018x}"),
        })
        .collect();
    texts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_read_by_type() {
        let texts: Vec<String> = ["-1", "4294967295", "0.5", "1"].map(str::to_owned).to_vec();
        let types = [ValueType::I32, ValueType::I32, ValueType::F64, ValueType::I64];
        let values = parse_arguments("f", &types, &texts).unwrap();
        assert_eq!(result_text(&values), "-1 -1 f64:0x3fe0000000000000 1");
    }

    #[test]
    fn a_bad_argument_is_named() {
        let error = parse_arguments("f", &[ValueType::I32], &["x".to_owned()]).unwrap_err();
        assert_eq!(error.outcome.reason(), "the export 'f' takes an i32, 'x' is none");
        let error = parse_arguments("f", &[], &["x".to_owned()]).unwrap_err();
        assert_eq!(error.outcome.reason(), "the export 'f' takes 0 arguments, 1 were given");
    }
}
