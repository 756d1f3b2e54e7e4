//! The C that joins a translated module to the worker: its imports, and entries of one form.

use crate::header::{Function, Header, unknown, value_type};
use crate::host;
use kymo_worker::engine::ValueType;
use kymo_worker::protocol::Failure;
use std::fmt::Write;

/// What is the same for all modules.
const FIXED: &str = include_str!("linking.c");

/// The entries of a module that are called: the symbols in the library that stand for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `_start`.
    Start,
    /// `_initialize`.
    Initialize,
    /// The export that the region names.
    Export,
}

impl Entry {
    /// The entry's symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Start => "kymo_start",
            Self::Initialize => "kymo_initialize",
            Self::Export => "kymo_export",
        }
    }
}

/// The C for a module with these entries.
///
/// # Errors
/// `invalid` where a function is imported that nobody provides, or in another type than it has.
pub fn text(header: &Header, entries: &[(Entry, &Function)]) -> Result<String, Failure> {
    let mut text = String::from("#include \"kymo.h\"\n");
    let worlds = ", 0".repeat(header.instantiate.1);
    let prepare = header.prepare.as_ref().map_or_else(|| "(void)0".to_owned(), |symbol| format!("{symbol}()"));
    let memory = header.memory.as_ref().map_or_else(|| "0".to_owned(), |symbol| format!("{symbol}(&instance)"));
    let lines = [
        format!("#define INSTANCE {}", header.instance),
        format!("#define PREPARE() {prepare}"),
        format!("#define INSTANTIATE() {}(&instance{worlds})", header.instantiate.0),
        format!("#define RELEASE() {}(&instance)", header.free),
        format!("#define MEMORY() {memory}"),
        FIXED.to_owned(),
    ];
    text.push_str(&lines.join("\n"));
    for import in &header.imports {
        text.push_str(&import_text(import)?);
    }
    for (entry, function) in entries {
        text.push_str(&entry_text(*entry, function)?);
    }
    Ok(text)
}

fn import_text(import: &crate::header::Import) -> Result<String, Failure> {
    let found = host::number(&import.module, &import.name);
    let (number, parameters, result) = found.ok_or_else(|| Failure::invalid(unknown(&import.module, &import.name)))?;
    let Function { symbol, instance, parameters: declared, result: returned } = &import.function;
    if *declared != parameters || *returned != result {
        let (module, name) = (&import.module, &import.name);
        return Err(Failure::invalid(format!("import \"{module}\"::\"{name}\" has another type in the module")));
    }
    let named: String = declared.iter().enumerate().fold(String::new(), |all, (at, ty)| all + &format!(", {ty} a{at}"));
    // One more than there are: C has no empty arrays.
    let given: String = (0..declared.len()).fold(String::new(), |all, at| all + &format!("a{at}, "));
    let give_back = if result == "void" { "" } else { "return " };
    Ok(format!(
        "\n{returned} {symbol}({instance} imported{named}) {{\n  (void)imported;\n  \
         const uint64_t arguments[] = {{{given}0}};\n  {give_back}call_host({number}u, arguments);\n}}\n"
    ))
}

fn entry_text(entry: Entry, function: &Function) -> Result<String, Failure> {
    let (symbol, called) = (entry.symbol(), &function.symbol);
    let no_number = || Failure::invalid(format!("the export '{called}' has more than numbers in its type"));
    let mut given = String::new();
    for (at, name) in function.parameters.iter().enumerate() {
        let read = match value_type(name).ok_or_else(no_number)? {
            ValueType::I32 => format!("(u32)arguments[{at}]"),
            ValueType::I64 => format!("arguments[{at}]"),
            ValueType::F32 => format!("f32_of(arguments[{at}])"),
            ValueType::F64 => format!("f64_of(arguments[{at}])"),
        };
        // Writing to a text cannot fail.
        let _ = write!(given, ", {read}");
    }
    let results = function.results().ok_or_else(no_number)?;
    let written = |ty: &ValueType| match ty {
        ValueType::I32 => "of_u32",
        ValueType::I64 => "of_u64",
        ValueType::F32 => "of_f32",
        ValueType::F64 => "of_f64",
    };
    let call = format!("{called}(&instance{given})");
    let body = match results.as_slice() {
        [] => call,
        [one] => format!("results[0] = {}({call})", written(one)),
        several => {
            let fields = function.fields();
            let store = several.iter().zip(&fields).enumerate();
            let stores: Vec<String> =
                store.map(|(at, (ty, field))| format!("results[{at}] = {}(all.{field})", written(ty))).collect();
            format!("{} all = {call}; {}", function.result, stores.join("; "))
        }
    };
    Ok(format!(
        "\nint32_t {symbol}(const uint64_t* arguments, uint64_t* results) {{\n  (void)arguments;\n  (void)results;\n  \
         GUARDED({body});\n}}\n"
    ))
}
