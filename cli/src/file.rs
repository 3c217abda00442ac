//! Files that are named on the command line.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use signpost::config::{Authored, Config, Example, Problems};

use crate::check::Finding;
use crate::diagnostics;
use crate::output::{Failure, is_error_coloured};

/// The most bytes that a configuration may have. Its compiled form has at most 8,000 characters, so
/// what is larger was named by mistake.
const MAX_BYTES: u64 = 1 << 20;

/// A configuration without problems, from either of its forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    config: Config,
    examples: Vec<Example>,
}

impl Loaded {
    /// Reads a configuration as people write it, or as `signpost compile` writes it.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = read(file)?;
        Self::from_text(&text).map_err(|problems| {
            let name = file.display().to_string();
            let findings = Finding::all_of(&problems);
            let problems = diagnostics::render(&name, &text, &findings, is_error_coloured());
            Failure::new(format!("{name} has problems\n\n{problems}"))
        })
    }

    /// The configuration.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The examples; none in the compiled form.
    pub(crate) fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// Reads a configuration from its text. Only the compiled form begins with a brace.
    pub(crate) fn from_text(text: &str) -> Result<Self, Problems> {
        if text.trim_start().starts_with('{') {
            let config = Config::from_json(text.trim_start())?;
            let examples = Vec::new();
            return Ok(Self { config, examples });
        }
        let authored = Authored::from_toml(text)?;
        let examples = authored.examples().to_vec();
        let config = authored.into_config();
        Ok(Self { config, examples })
    }
}

/// Reads the text of a configuration.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    let failure = |words: &str| Failure::new(format!("cannot read {}: {words}", file.display()));
    let mut text = String::new();
    let bytes = File::open(file)
        .and_then(|opened| opened.take(MAX_BYTES + 1).read_to_string(&mut text))
        .map_err(|error| failure(&in_words(&error)))?;
    if bytes as u64 > MAX_BYTES {
        return Err(failure(
            "it is larger than 1 MiB, which no configuration is; name the configuration's own file",
        ));
    }
    Ok(text)
}

/// An error of the file system in words.
pub(crate) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory; name a file".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ => error.to_string(),
    }
}
