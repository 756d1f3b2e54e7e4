//! What `execute` calls in a core module.

use kymo_model::Region;
use kymo_worker::engine::{Argument, ValueType, parse_arguments, result_text};
use kymo_worker::protocol::{Failure, Open};
use wasmtime::{Func, Instance, Store, TypedFunc, Val, ValType};

/// A program's start, or an export with its arguments and room for its results.
pub enum Entry {
    Start(TypedFunc<(), ()>),
    Export { function: Func, arguments: Vec<Val>, results: Vec<Val> },
}

impl Entry {
    /// The entry that `open` asks for; an export's module is to be initialized already.
    pub fn find<T: 'static>(open: &Open, store: &mut Store<T>, instance: &Instance) -> Result<Self, Failure> {
        let Region::Export(name) = &open.region else {
            let start = instance.get_typed_func(&mut *store, "_start").map(Self::Start);
            return start.map_err(|error| Failure::invalid(format!("there is no program at '_start': {error:#}")));
        };
        let function = instance.get_func(&mut *store, name);
        let function = function.ok_or_else(|| Failure::invalid(format!("there is no exported function '{name}'")))?;
        let ty = function.ty(&*store);
        let types = ty.params().chain(ty.results()).map(|ty| number(name, &ty)).collect::<Result<Vec<_>, _>>()?;
        let arguments = parse_arguments(name, &types[..ty.params().len()], &open.args)?;
        let arguments = arguments.into_iter().map(value).collect();
        Ok(Self::Export { function, arguments, results: vec![Val::I32(0); ty.results().len()] })
    }

    /// What an export that returned has given; nothing for a program.
    pub fn result(&self) -> Option<String> {
        match self {
            Self::Start(_) => None,
            Self::Export { results, .. } => Some(result_text(&results.iter().filter_map(argument).collect::<Vec<_>>())),
        }
    }
}

/// The function that initializes a library of WASI, once, before anything else is called.
pub fn initializer<T: 'static>(open: &Open, store: &mut Store<T>, instance: &Instance) -> Option<TypedFunc<(), ()>> {
    let is_export = matches!(open.region, Region::Export(_));
    is_export.then(|| instance.get_typed_func(store, "_initialize").ok()).flatten()
}

fn number(export: &str, ty: &ValType) -> Result<ValueType, Failure> {
    Ok(match ty {
        ValType::I32 => ValueType::I32,
        ValType::I64 => ValueType::I64,
        ValType::F32 => ValueType::F32,
        ValType::F64 => ValueType::F64,
        other => return Err(Failure::invalid(format!("the export '{export}' has a {other} in its type"))),
    })
}

fn value(argument: Argument) -> Val {
    match argument {
        Argument::I32(n) => Val::I32(n),
        Argument::I64(n) => Val::I64(n),
        Argument::F32(bits) => Val::F32(bits),
        Argument::F64(bits) => Val::F64(bits),
    }
}

fn argument(value: &Val) -> Option<Argument> {
    Some(match value {
        Val::I32(n) => Argument::I32(*n),
        Val::I64(n) => Argument::I64(*n),
        Val::F32(bits) => Argument::F32(*bits),
        Val::F64(bits) => Argument::F64(*bits),
        _ => return None,
    })
}
