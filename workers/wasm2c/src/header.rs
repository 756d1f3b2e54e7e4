//! What the header says that wasm2c writes beside the C of a module: names and types of imports and exports.
//!
//! Names are taken from the header and never made up, since their form changed between versions of wasm2c.

use kymo_worker::engine::ValueType;
use kymo_worker::protocol::Failure;

/// A function of C, as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name in C.
    pub symbol: String,
    /// The type of its first parameter, the instance that it belongs to.
    pub instance: String,
    /// The types of its other parameters.
    pub parameters: Vec<String>,
    /// The type that it returns.
    pub result: String,
}

/// A function that the module imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module it is imported from.
    pub module: String,
    /// Its name there.
    pub name: String,
    /// How C calls it.
    pub function: Function,
}

/// What a header declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Functions that are imported.
    pub imports: Vec<Import>,
    /// Functions that are exported, by name.
    pub exports: Vec<(String, Function)>,
    /// The function that gives the memory exported as `memory`, if there is one.
    pub memory: Option<String>,
    /// The type of an instance.
    pub instance: String,
    /// The function that makes an instance, and how many imported instances it takes.
    pub instantiate: (String, usize),
    /// The function to be called once before, in versions that have one.
    pub prepare: Option<String>,
    /// The function that frees an instance.
    pub free: String,
}

impl Header {
    /// Reads a header.
    ///
    /// # Errors
    /// `invalid` where something else than a function is imported; `failed` where the header is of an unknown form.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let mut header = Self::default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            if let Some(names) = commented(line.trim(), "import") {
                header.import(names, lines.next().unwrap_or_default())?;
            } else if let Some(name) = commented(line, "export") {
                header.export(unquoted(name), lines.next().unwrap_or_default());
            } else if let Some(function) = declared(line) {
                header.own(function);
            }
        }
        let whole = !header.instance.is_empty() && !header.instantiate.0.is_empty() && !header.free.is_empty();
        whole.then_some(header).ok_or_else(|| Failure::failed("this version of wasm2c writes a header of unknown form"))
    }

    fn import(&mut self, names: &str, declaration: &str) -> Result<(), Failure> {
        let (module, name) = names.split_once("' '").map_or((names, ""), |(module, name)| (module, name));
        let (module, name) = (unquoted(module).to_owned(), unquoted(name).to_owned());
        let function = declared(declaration).filter(|function| !function.result.ends_with('*'));
        let function = function.ok_or_else(|| Failure::invalid(unknown(&module, &name)))?;
        self.imports.push(Import { module, name, function });
        Ok(())
    }

    fn export(&mut self, name: &str, declaration: &str) {
        let Some(function) = declared(declaration) else { return };
        if !function.result.ends_with('*') {
            self.exports.push((name.to_owned(), function));
        } else if name == "memory" && function.result.contains("memory") {
            self.memory = Some(function.symbol);
        }
    }

    /// A function that wasm2c adds itself.
    fn own(&mut self, function: Function) {
        if function.symbol.ends_with("_instantiate") {
            self.instance = function.instance.trim_end_matches('*').trim().to_owned();
            self.instantiate = (function.symbol, function.parameters.len());
        } else if function.symbol.ends_with("_free") {
            self.free = function.symbol;
        } else if function.symbol.ends_with("_init_module") {
            self.prepare = Some(function.symbol);
        }
    }

    /// The function exported under a name.
    pub fn exported(&self, name: &str) -> Option<&Function> {
        self.exports.iter().find(|(own, _)| own == name).map(|(_, function)| function)
    }
}

/// What to say of an import that nobody provides.
pub fn unknown(module: &str, name: &str) -> String {
    format!("import \"{module}\"::\"{name}\" is unknown")
}

/// The text behind `/* WHAT: ` in a comment of one line.
fn commented<'a>(line: &'a str, what: &str) -> Option<&'a str> {
    line.strip_prefix("/* ")?.strip_prefix(what)?.strip_prefix(": ")?.strip_suffix(" */")
}

fn unquoted(name: &str) -> &str {
    let name = name.strip_prefix('\'').unwrap_or(name);
    name.strip_suffix('\'').unwrap_or(name)
}

/// A declaration of a function on one line: `TYPE NAME(TYPE, TYPE);`.
fn declared(line: &str) -> Option<Function> {
    let (head, rest) = line.split_once('(')?;
    let parameters = rest.strip_suffix(");")?;
    let (result, symbol) = head.trim().rsplit_once(' ')?;
    let mut parameters = parameters.split(',').map(|one| one.trim().to_owned());
    let instance = parameters.next().unwrap_or_default();
    let parameters = parameters.collect();
    Some(Function { symbol: symbol.to_owned(), instance, parameters, result: result.trim().to_owned() })
}

/// The type of WebAssembly that a type of the generated C stands for.
pub fn value_type(name: &str) -> Option<ValueType> {
    Some(match name {
        "u32" => ValueType::I32,
        "u64" => ValueType::I64,
        "f32" => ValueType::F32,
        "f64" => ValueType::F64,
        _ => return None,
    })
}

impl Function {
    /// Types of WebAssembly of what it returns; `None` where one is no number.
    pub fn results(&self) -> Option<Vec<ValueType>> {
        if self.result == "void" {
            return Some(Vec::new());
        }
        let Some(letters) = self.result.strip_prefix("struct wasm_multi_") else {
            return value_type(&self.result).map(|ty| vec![ty]);
        };
        letters.chars().map(|letter| field(letter).and_then(|(_, ty)| value_type(ty))).collect()
    }

    /// The fields of the structure that it returns several results in.
    pub fn fields(&self) -> Vec<String> {
        let letters = self.result.strip_prefix("struct wasm_multi_").unwrap_or_default();
        letters.chars().enumerate().map(|(at, letter)| format!("{letter}{at}")).collect()
    }
}

fn field(letter: char) -> Option<(char, &'static str)> {
    [('i', "u32"), ('j', "u64"), ('f', "f32"), ('d', "f64")].into_iter().find(|(own, _)| *own == letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
typedef struct Z_kymo_instance_t {
void Z_kymo_init_module(void);
void Z_kymo_instantiate(Z_kymo_instance_t*, struct Z_bench_instance_t*);
void Z_kymo_free(Z_kymo_instance_t*);

/* import: 'bench' 'start' */
void Z_benchZ_start(struct Z_bench_instance_t*);

/* export: 'memory' */
wasm_rt_memory_t* Z_kymoZ_memory(Z_kymo_instance_t* instance);

/* export: 'a b-c' */
struct wasm_multi_di Z_kymoZ_aZ20bZ2Dc(Z_kymo_instance_t*, u32, f64);
";

    #[test]
    fn a_header_is_read() {
        let header = Header::read(TEXT).unwrap();
        assert_eq!(header.instantiate, ("Z_kymo_instantiate".to_owned(), 1));
        assert_eq!(header.instance, "Z_kymo_instance_t");
        assert_eq!(header.prepare.as_deref(), Some("Z_kymo_init_module"));
        assert_eq!(header.memory.as_deref(), Some("Z_kymoZ_memory"));
        assert_eq!((header.imports[0].module.as_str(), header.imports[0].name.as_str()), ("bench", "start"));
        let export = header.exported("a b-c").unwrap();
        assert_eq!(export.parameters, ["u32", "f64"]);
        assert_eq!(export.results(), Some(vec![ValueType::F64, ValueType::I32]));
        assert_eq!(export.fields(), ["d0", "i1"]);
    }

    #[test]
    fn an_imported_memory_is_no_function() {
        let text = format!("  /* import: 'env' 'memory' */\n  wasm_rt_memory_t *Z_envZ_memory;\n{TEXT}");
        let failure = Header::read(&text).unwrap_err();
        assert_eq!(failure.outcome.reason(), "import \"env\"::\"memory\" is unknown");
    }

    #[test]
    fn a_header_of_another_form_is_refused() {
        assert_eq!(Header::read("int f(void);").unwrap_err().outcome.label(), "failed");
    }
}
