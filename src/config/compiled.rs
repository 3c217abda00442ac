//! Reads a compiled configuration.

use serde::Deserialize;

use super::key::{At, Key};
use super::problem::{Problem, ProblemCode, Problems, Sink};
use super::raw::RawConfig;
use super::valid::Config;
use super::{read, revision};

/// The form of compiled configurations. The first had no number, and there `json` was on where a route
/// did not say so.
pub const FORMAT: u32 = 2;

/// Reads a compiled configuration, as the Config Store entry `config` holds it.
///
/// Its revision shows that it is what was compiled, so its examples are not tried again; it does not
/// even hold them.
///
/// ```
/// let config = signpost::authoring::from_toml(include_str!("../../config/crates-io.toml")).unwrap();
/// assert_eq!(signpost::config::from_json(config.to_json()), Ok(config));
/// ```
///
/// # Errors
///
/// All its [`Problems`]; among them that it was changed since it was compiled.
pub fn from_json(text: &str) -> Result<Config, Problems> {
    // A file of one line ends in a line end, which is not part of what was compiled.
    let text = text.trim_ascii_end();
    let mut json = serde_json::Deserializer::from_str(text);
    let mut raw = RawConfig::deserialize(&mut json)
        .and_then(|raw| json.end().map(|()| raw))
        .map_err(|error| unreadable(text, &error))?;
    let revision = revision::read(text, raw.revision.take())?;
    let mut sink = Sink::default();
    if let Some(format) = raw.format.filter(|it| *it != FORMAT) {
        let message = format!(
            "the format is {format}, and this version reads {FORMAT}; compile the configuration again, or deploy the version that it is for"
        );
        sink.push(ProblemCode::FormatUnknown, &At::Top.name("format"), message);
    }
    let (config, _) = read::read(&raw, &mut sink);
    Problems::among(sink.into_problems())?;
    Ok(config.compiled(revision, text.to_owned()))
}

fn unreadable(text: &str, error: &serde_json::Error) -> Problem {
    let message = error.to_string();
    let code = if message.starts_with("unknown field") {
        // A key that was written into the entry by hand changed its content.
        if let Err(problem) = revision::read(text, revision::claimed(text)) {
            return problem;
        }
        // A newer compiler wrote a key that this module does not know.
        ProblemCode::KeyUnknown
    } else {
        ProblemCode::SyntaxInvalid
    };
    Problem::new(code, Key::default(), message)
}
