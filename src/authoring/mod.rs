//! Layer 5: configuration as people write it: TOML, with the examples that it is tried on.
//!
//! What compiles here is what the edge reads. It is tried through the edge's own stages, so this layer
//! stands above [`answer`](mod@crate::answer).

mod canonical;
mod checks;
mod draft;
mod example;
mod keys;
mod positions;
mod samples;

use serde::Deserialize;
use toml::de::DeTable;

use crate::config::problem::{At, Sink};
use crate::config::raw::RawConfig;
use crate::config::{self, Config, Key, Problem, ProblemCode, Problems};
use draft::{Draft, Report};
use positions::Positions;

pub use example::Example;
pub use keys::keys;

/// A configuration as its author has it: with the examples that it was tried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authored {
    config: Config,
    examples: Vec<Example>,
}

/// Reads a configuration as people write it, and tries it on its examples.
///
/// # Errors
///
/// All its [`Problems`], each with the place in `text` where it stands.
pub fn from_toml(text: &str) -> Result<Config, Problems> {
    Authored::from_toml(text).map(Authored::into_config)
}

impl Authored {
    /// Reads a configuration as people write it, and tries it on its examples.
    ///
    /// # Errors
    ///
    /// All its [`Problems`], each with the place in `text` where it stands.
    pub fn from_toml(text: &str) -> Result<Self, Problems> {
        let syntax_error = |error: toml::de::Error| {
            let place = error
                .span()
                .and_then(|bytes| positions::of_bytes(text, bytes));
            Problem::new(ProblemCode::SyntaxInvalid, Key::default(), error.message()).at(place)
        };
        let mut table = DeTable::parse(text).map_err(syntax_error)?;
        let mut sink = Sink::default();
        keys::tidy(table.get_mut(), &mut sink);
        let toml = toml::Deserializer::from(table);
        let raw = RawConfig::deserialize(toml).map_err(syntax_error)?;
        compile(&raw, sink).map_err(|problems| {
            let positions = Positions::in_text(text);
            problems.placed(|problem| positions.of(problem))
        })
    }

    /// The configuration, without the examples.
    pub fn into_config(self) -> Config {
        self.config
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The examples, at least one a route, in the order in which they are written.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }
}

/// Compiles a configuration, and checks what only its author can mend.
fn compile(raw: &RawConfig, mut sink: Sink) -> Result<Authored, Problems> {
    if raw.revision.is_some() {
        let message = "`revision` is written by the compiler; leave it out";
        sink.push(ProblemCode::KeyUnknown, &At::Top.name("revision"), message);
    }
    let (config, places) = config::read(raw, &mut sink);
    let config = canonical::compile(config);
    let draft = Draft {
        raw,
        config: &config,
        places: &places,
    };
    let mut report = Report {
        sink,
        examples: Vec::new(),
    };
    checks::run(&draft, &mut report);
    let Report { sink, examples } = report;
    sink.finish(()).map(|()| Authored { config, examples })
}
