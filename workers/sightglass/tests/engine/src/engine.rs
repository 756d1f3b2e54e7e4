//! wasmi, one module at a time.

use cap_std::ambient_authority;
use cap_std::fs::{Dir, File};
use std::ffi::c_void;
use wasmi::{Caller, Engine, Linker, Module, Store, TypedFunc};
use wasmi_wasi::sync::{dir, file};
use wasmi_wasi::wasi_common::WasiFile;
use wasmi_wasi::{WasiCtx, WasiCtxBuilder};

/// The two functions that the caller wants called around a phase, and what it wants them given.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Clock {
    given: *mut c_void,
    start: extern "C" fn(*mut c_void),
    end: extern "C" fn(*mut c_void),
}

// SAFETY: the interface is used from one thread; wasmi only asks that host functions could be sent to another.
unsafe impl Send for Clock {}
// SAFETY: as above.
unsafe impl Sync for Clock {}

impl Clock {
    fn start(&self) {
        (self.start)(self.given);
    }

    fn end(&self) {
        (self.end)(self.given);
    }

    fn around<T>(&self, work: impl FnOnce() -> T) -> T {
        self.start();
        let result = work();
        self.end();
        result
    }
}

/// What the guest finds around it.
pub struct Surroundings {
    pub working_dir: String,
    pub stdout: String,
    pub stderr: String,
    pub stdin: Option<String>,
}

/// What `wasm_bench_create` makes.
pub struct State {
    surroundings: Surroundings,
    clocks: [Clock; 3],
    engine: Engine,
    linker: Linker<WasiCtx>,
    module: Option<Module>,
    live: Option<(Store<WasiCtx>, TypedFunc<(), ()>)>,
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

impl State {
    pub fn new(surroundings: Surroundings, flags: Option<&str>, clocks: [Clock; 3]) -> Result<Self, String> {
        let mut config = wasmi::Config::default();
        match flags {
            None => {}
            Some("--eager") => {
                config.compilation_mode(wasmi::CompilationMode::Eager);
            }
            Some(other) => return Err(format!("unknown flag {other}")),
        }
        let engine = Engine::new(&config);
        let mut linker = Linker::new(&engine);
        wasmi_wasi::add_to_linker(&mut linker, |context: &mut WasiCtx| context).map_err(text)?;
        let execution = clocks[2];
        linker.func_wrap("bench", "start", move |_: Caller<'_, WasiCtx>| execution.start()).map_err(text)?;
        linker.func_wrap("bench", "end", move |_: Caller<'_, WasiCtx>| execution.end()).map_err(text)?;
        Ok(Self { surroundings, clocks, engine, linker, module: None, live: None })
    }

    fn context(&self) -> Result<WasiCtx, String> {
        let Surroundings { working_dir, stdout, stderr, stdin } = &self.surroundings;
        let named = |error: std::io::Error, path: &str| format!("{path}: {error}");
        let wasi = |file: File| -> Box<dyn WasiFile> { Box::new(file::File::from_cap_std(file)) };
        let create = |path: &String| {
            std::fs::File::create(path).map(|file| wasi(File::from_std(file))).map_err(|error| named(error, path))
        };
        let mut builder = WasiCtxBuilder::new();
        builder.stdout(create(stdout)?).stderr(create(stderr)?);
        if let Some(path) = stdin {
            let input = std::fs::File::open(path).map_err(|error| named(error, path))?;
            builder.stdin(wasi(File::from_std(input)));
        }
        let context = builder.build();
        let folder = Dir::open_ambient_dir(working_dir, ambient_authority()).map_err(|e| named(e, working_dir))?;
        context.push_preopened_dir(Box::new(dir::Dir::from_cap_std(folder)), ".").map_err(text)?;
        Ok(context)
    }

    pub fn compile(&mut self, wasm: &[u8]) -> Result<(), String> {
        let module = self.clocks[0].around(|| Module::new(&self.engine, wasm));
        self.module = Some(module.map_err(text)?);
        Ok(())
    }

    pub fn instantiate(&mut self) -> Result<(), String> {
        let context = self.context()?;
        let module = self.module.as_ref().ok_or("instantiate before compile")?;
        let made = self.clocks[1].around(|| {
            let mut store = Store::new(&self.engine, context);
            self.linker.instantiate_and_start(&mut store, module).map(|instance| (store, instance))
        });
        let (store, instance) = made.map_err(text)?;
        let start = instance.get_typed_func(&store, "_start").map_err(text)?;
        self.live = Some((store, start));
        Ok(())
    }

    pub fn execute(&mut self) -> Result<(), String> {
        let (mut store, start) = self.live.take().ok_or("execute before instantiate")?;
        match start.call(&mut store, ()) {
            Err(error) if error.i32_exit_status() != Some(0) => Err(text(error)),
            _ => Ok(()),
        }
    }
}
