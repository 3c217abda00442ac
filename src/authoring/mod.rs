//! Layer 5: configuration as people write it: TOML, with the examples that it is tried on.
//!
//! What compiles here is what the edge reads. It is tried through the edge's own stages, so this layer
//! stands above [`answer`](mod@crate::answer).

mod aside;
mod cache_control;
mod canonical;
mod checks;
mod common_path;
mod common_text;
mod directives;
mod draft;
mod example;
mod hsts;
mod kept;
mod keys;
mod language;
mod positions;
mod samples;
mod tidy;

use serde::Deserialize;
use toml::de::DeTable;

use crate::config::key::At;
use crate::config::problem::Sink;
use crate::config::raw::RawConfig;
use crate::config::{self, Config, FORMAT, Key, Problem, ProblemCode, Problems};
use aside::Aside;
use draft::{Draft, Report};
use positions::Positions;

pub use example::{Example, OriginExample, split_request};
pub use kept::Kept;
pub use keys::keys;

/// A configuration as its author has it: with the examples that it was tried on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authored {
    config: Config,
    examples: Vec<Example>,
    origin_examples: Vec<OriginExample>,
    warnings: Vec<Problem>,
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
        let aside = tidy::tidy(table.get_mut(), &mut sink);
        let toml = toml::Deserializer::from(table);
        let mut raw = RawConfig::deserialize(toml).map_err(syntax_error)?;
        for (key, is_there) in [
            ("revision", raw.revision.take().is_some()),
            ("format", raw.format.replace(FORMAT).is_some()),
        ] {
            if is_there {
                let message = format!("`{key}` is written by the compiler; leave it out");
                sink.push(ProblemCode::KeyUnknown, &At::Top.name(key), message);
            }
        }
        compile(&raw, &aside, sink, text)
    }

    /// The configuration, without the examples.
    pub fn into_config(self) -> Config {
        self.config
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The examples that lead to a location, at least one a route that redirects, in the order in which
    /// they are written.
    pub fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The examples of requests that go to the origin.
    pub fn origin_examples(&self) -> &[OriginExample] {
        &self.origin_examples
    }

    /// What may not be meant, though the configuration can be used.
    pub fn warnings(&self) -> &[Problem] {
        &self.warnings
    }
}

/// Compiles a configuration, and checks what only its author can mend.
fn compile(
    raw: &RawConfig,
    aside: &Aside,
    mut sink: Sink,
    text: &str,
) -> Result<Authored, Problems> {
    let (config, places) = config::read(raw, &mut sink);
    let config = canonical::compile(config);
    let draft = Draft {
        raw,
        aside,
        config: &config,
        places: &places,
    };
    let mut report = Report {
        sink,
        examples: Vec::new(),
        origin_examples: Vec::new(),
    };
    checks::run(&draft, &mut report);
    let mut problems = report.sink.into_problems();
    if !problems.is_empty() {
        problems = Positions::in_text(text).place(problems);
    }
    Ok(Authored {
        warnings: Problems::among(problems)?,
        config,
        examples: report.examples,
        origin_examples: report.origin_examples,
    })
}
