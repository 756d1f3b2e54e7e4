//! Core modules: a WASI 0.1 command, or a module with an export to call.

use crate::guest::Guest;
use crate::header::value_type;
use crate::library::{End, Library};
use crate::linking::Entry;
use crate::pipeline::Pipeline;
use crate::tools::Tools;
use crate::wasi::{self, Left};
use kymo_model::{ModuleHash, Phase, Region, Settings};
use kymo_worker::engine::{Argument, Chosen, Ended, Meter, Session, ValueType, parse_arguments, result_text};
use kymo_worker::protocol::{Failure, Open};

/// A core module under one configuration.
pub struct CoreSession {
    open: Open,
    meter: Meter,
    chosen: Chosen,
    pipeline: Pipeline,
    entry: Entry,
    arguments: Vec<u64>,
    results: Vec<ValueType>,
    library: Option<Library>,
    code: Option<(u64, ModuleHash)>,
}

impl CoreSession {
    pub fn new(open: Open, module: &[u8], meter: Meter, chosen: Chosen, tools: Tools) -> Result<Self, Failure> {
        if chosen.integer("call-depth").is_none_or(|depth| depth == 0) {
            return Err(Failure::failed("the setting 'call-depth' takes a number above 0"));
        }
        let pipeline = Pipeline::new(module, &open.region, &open.strategy, &chosen, &tools)?;
        let (mut arguments, mut results) = (Vec::new(), Vec::new());
        let mut entry = Entry::Start;
        if let Region::Export(name) = &open.region {
            entry = Entry::Export;
            // It is there, with nothing but numbers in its type: the pipeline wrote C for it.
            if let Some(function) = pipeline.header().exported(name) {
                let types: Vec<ValueType> = function.parameters.iter().filter_map(|ty| value_type(ty)).collect();
                arguments = parse_arguments(name, &types, &open.args)?.into_iter().map(bits).collect();
                results = function.results().unwrap_or_default();
            }
        }
        Ok(Self { open, meter, chosen, pipeline, entry, arguments, results, library: None, code: None })
    }
}

/// What a way of ending before the region comes to.
fn early(end: End) -> Result<(), Failure> {
    match end {
        End::Returned => Ok(()),
        End::Left(Left::Exit(code)) => {
            Err(Failure::invalid(format!("the guest exited with code {code} before its region")))
        }
        End::Left(Left::Failed(why)) => Err(Failure::failed(why)),
        End::Trapped(words) => Err(Failure::trapped(words)),
    }
}

impl Session for CoreSession {
    fn settings(&self) -> Settings {
        self.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        self.library = None;
        self.meter.start();
        let library = self.pipeline.compile();
        self.meter.end();
        self.library = Some(library?);
        self.code = Some(self.pipeline.code()?);
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let library = self.library.as_mut().ok_or_else(|| Failure::failed("instantiate before compile"))?;
        let guest = Guest { wasi: wasi::context(&self.open)?, meter: self.meter.clone(), left: None };
        self.meter.start();
        let end = library.instantiate(guest);
        self.meter.end();
        early(end?)?;
        // A library of WASI is to be initialized once before anything else is called.
        if self.entry == Entry::Export && self.pipeline.header().exported("_initialize").is_some() {
            early(library.call(Entry::Initialize, &[], &mut [])?)?;
        }
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let library = self.library.as_mut().ok_or_else(|| Failure::failed("execute before compile"))?;
        let mut results = vec![0; self.results.len()];
        let bracket = self.open.region != Region::Bench;
        if bracket {
            self.meter.start();
        }
        let end = library.call(self.entry, &self.arguments, &mut results);
        if bracket {
            self.meter.end();
        }
        match end? {
            End::Returned => {
                let values: Vec<Argument> = self.results.iter().zip(results).map(argument).collect();
                let result = matches!(self.open.region, Region::Export(_)).then(|| result_text(&values));
                Ok(Ended { exit_code: 0, result })
            }
            End::Left(Left::Exit(code)) => Ok(Ended { exit_code: code, result: None }),
            End::Left(Left::Failed(why)) => Err(Failure::failed(why)),
            End::Trapped(words) => Err(Failure::trapped(words)),
        }
    }

    fn discard(&mut self) {
        if let Some(library) = &mut self.library {
            library.release();
        }
    }

    fn elsewhere(&self, phase: Phase) -> bool {
        // wasm2c, the C compiler and the linker are processes of their own.
        phase == Phase::Compile
    }

    fn code_bytes(&self) -> Option<u64> {
        self.code.as_ref().map(|(size, _)| *size)
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.code.as_ref().map(|(_, hash)| hash.clone())
    }
}

fn bits(argument: Argument) -> u64 {
    match argument {
        Argument::I32(n) => u64::from(n as u32),
        Argument::I64(n) => n as u64,
        Argument::F32(bits) => u64::from(bits),
        Argument::F64(bits) => bits,
    }
}

fn argument((ty, bits): (&ValueType, u64)) -> Argument {
    match ty {
        ValueType::I32 => Argument::I32(bits as u32 as i32),
        ValueType::I64 => Argument::I64(bits as i64),
        ValueType::F32 => Argument::F32(bits as u32),
        ValueType::F64 => Argument::F64(bits),
    }
}
