//! From a module's bytes to a loaded library: wasm2c, the C compiler, the linker, the loader.

use crate::header::Header;
use crate::library::Library;
use crate::linking::{self, Entry};
use crate::tools::{self, Tools};
use kymo_model::{ModuleHash, Region};
use kymo_worker::engine::Chosen;
use kymo_worker::protocol::Failure;
use object::{Object, ObjectSection, SectionKind};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// What makes C mean what WebAssembly says: no contraction of multiplications and additions, no assumption on rounding
/// and signalling NaNs, no call turned into a jump. The last two are what wasm2c's own test suite compiles with.
const SEMANTICS: [&str; 5] =
    ["-fPIC", "-ffp-contract=off", "-frounding-math", "-fsignaling-nans", "-fno-optimize-sibling-calls"];

/// A folder in which a module is translated and compiled.
pub struct Pipeline {
    folder: TempDir,
    compiler: String,
    flags: Vec<String>,
    allow: Vec<&'static str>,
    header: Header,
    /// What every library of the module is linked with, compiled once: the runtime, and what joins it to the worker.
    joined: Vec<PathBuf>,
    /// How many libraries were made. A loader knows files by name: each gets another.
    made: u64,
}

impl Pipeline {
    /// Prepares all that does not count: the module's file, the runtime, the C that joins them.
    ///
    /// # Errors
    /// `failed` where a tool complains; `invalid` where the module imports what nobody provides.
    pub fn new(module: &[u8], region: &Region, level: &str, chosen: &Chosen, tools: &Tools) -> Result<Self, Failure> {
        let folder = TempDir::with_prefix("kymo-wasm2c-").map_err(|error| unwritable(&error))?;
        std::fs::write(folder.path().join("kymo.wasm"), module).map_err(|error| unwritable(&error))?;
        let compiler = chosen.text("cc").to_owned();
        let flags = flags(level, chosen, tools);
        let mut pipeline = Self {
            folder,
            compiler,
            flags,
            allow: tools.allow.clone(),
            header: Header::default(),
            joined: Vec::new(),
            made: 0,
        };
        pipeline.translate()?;
        let text = std::fs::read_to_string(pipeline.file("kymo.h")).map_err(|error| unwritable(&error))?;
        pipeline.header = Header::read(&text)?;
        let joining = linking::text(&pipeline.header, &entries(&pipeline.header, region)?)?;
        std::fs::write(pipeline.file("linking.c"), joining).map_err(|error| unwritable(&error))?;
        let sources = tools.runtime_sources()?;
        for (at, source) in sources.iter().chain([&pipeline.file("linking.c")]).enumerate() {
            let object = pipeline.file(&format!("joined-{at}.o"));
            tools::run(pipeline.compile_command().arg("-c").arg(source).arg("-o").arg(&object))?;
            pipeline.joined.push(object);
        }
        Ok(pipeline)
    }

    /// What the module's header says.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// From the module to a loaded library. This is what the phase `compile` measures.
    ///
    /// # Errors
    /// `failed` where a tool complains.
    pub fn compile(&mut self) -> Result<Library, Failure> {
        self.translate()?;
        let object = self.file("kymo.o");
        tools::run(self.compile_command().arg("-c").arg(self.file("kymo.c")).arg("-o").arg(&object))?;
        self.made += 1;
        let library = self.file(&format!("kymo-{}.so", self.made));
        let mut link = Command::new(&self.compiler);
        tools::run(link.arg("-shared").arg("-o").arg(&library).arg(&object).args(&self.joined).arg("-lm"))?;
        Library::load(&library)
    }

    /// Size in bytes and hash of the machine code that the C compiler made of the module last, before linking.
    ///
    /// # Errors
    /// `failed` where the compiler's output is no object file.
    pub fn code(&self) -> Result<(u64, ModuleHash), Failure> {
        let bytes = std::fs::read(self.file("kymo.o")).map_err(|error| unwritable(&error))?;
        let unreadable = |error| Failure::failed(format!("the C compiler's output cannot be read: {error}"));
        let file = object::File::parse(bytes.as_slice()).map_err(unreadable)?;
        let (mut size, mut digest) = (0, Sha256::new());
        for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
            size += section.size();
            digest.update(section.data().map_err(unreadable)?);
        }
        Ok((size, ModuleHash::from_bytes(digest.finalize().into())))
    }

    fn translate(&self) -> Result<(), Failure> {
        let mut command = Command::new("wasm2c");
        command.args(&self.allow).args(["-n", "kymo"]).arg(self.file("kymo.wasm")).arg("-o").arg(self.file("kymo.c"));
        tools::run(&mut command)
    }

    fn compile_command(&self) -> Command {
        let mut command = Command::new(&self.compiler);
        command.args(&self.flags);
        command
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn flags(level: &str, chosen: &Chosen, tools: &Tools) -> Vec<String> {
    let mut flags = vec![level.replace('o', "-O"), "-w".to_owned(), format!("-I{}", tools.runtime.display())];
    flags.extend(SEMANTICS.map(str::to_owned));
    if chosen.text("cpu") == "native" {
        flags.push("-march=native".to_owned());
    }
    if !chosen.is_on("guard-pages") {
        flags.push("-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0".to_owned());
        flags.push(format!("-DWASM_RT_MAX_CALL_STACK_DEPTH={}", chosen.text("call-depth")));
    }
    flags.extend(chosen.text("cflags").split_whitespace().map(str::to_owned));
    flags
}

/// The entries that the region needs.
fn entries<'a>(header: &'a Header, region: &Region) -> Result<Vec<(Entry, &'a crate::header::Function)>, Failure> {
    let Region::Export(name) = region else {
        let start = header.exported("_start");
        let start = start.ok_or_else(|| Failure::invalid("there is no program at '_start'"))?;
        return Ok(vec![(Entry::Start, start)]);
    };
    let export = header.exported(name);
    let export = export.ok_or_else(|| Failure::invalid(format!("there is no exported function '{name}'")))?;
    let initialize = header.exported("_initialize").map(|function| (Entry::Initialize, function));
    Ok([(Entry::Export, export)].into_iter().chain(initialize).collect())
}

fn unwritable(error: &std::io::Error) -> Failure {
    Failure::failed(format!("the folder for the generated C cannot be used: {error}"))
}
