//! Reads the files that the command line names.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use same_file::Handle;
use signpost::authoring::{Authored, Example, OriginExample};
use signpost::config::{Config, Problem, Problems, RouteName};
pub(crate) use signpost_logs::in_words;
pub(crate) use signpost_logs::log::is_dash;

use crate::findings::{self, Finding};
use crate::output::{Failure, Screen};

/// The most bytes of a configuration. The compiled form has at most 8,000 characters, so a larger
/// file was named by mistake.
const MAX_BYTES: u64 = 1 << 20;

/// Some editors write it before a text.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A configuration without problems, from either form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Loaded {
    config: Config,
    examples: Vec<Example>,
    origin_examples: Vec<OriginExample>,
    warnings: Vec<Problem>,
}

impl Loaded {
    /// Reads a configuration in TOML or compiled.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = Text::read_input(file)?;
        Self::from_text(text.as_str()).map_err(|problems| {
            let name = name(file);
            let findings = Finding::all_of(&problems);
            let screen = Screen::of_errors();
            let problems = findings::render(&name, text.as_str(), &findings, screen);
            Failure::new(format!("{name} has problems\n\n{problems}"))
        })
    }

    /// A configuration that must have no problems.
    #[cfg(test)]
    #[track_caller]
    pub(crate) fn of(text: &str) -> Self {
        Self::from_text(text).unwrap_or_else(|problems| panic!("{problems}"))
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Refuses an edge at a host that the routes do not apply to, where only the origin would answer.
    ///
    /// # Errors
    ///
    /// [`Failure`] that names the hosts to write in `--edge`.
    pub(crate) fn check_host(&self, host: &str) -> Result<(), Failure> {
        if self.config().applies_to(host) {
            return Ok(());
        }
        let hosts = self.config().hosts().into_iter().flatten();
        let hosts: Vec<_> = hosts.map(|host| format!("`{host}`")).collect();
        Err(Failure::new(format!(
            "the routes do not apply to the host {host}: name one of `hosts` ({}) in --edge, and use --resolve or --connect-to to say where it is",
            hosts.join(", ")
        )))
    }

    /// The examples that lead to a location. None in the compiled form.
    pub(crate) fn examples(&self) -> &[Example] {
        &self.examples
    }

    /// The examples that go to the origin. None in the compiled form.
    pub(crate) fn origin_examples(&self) -> &[OriginExample] {
        &self.origin_examples
    }

    /// The request of every example, and the name of its route if it has one.
    pub(crate) fn requests(&self) -> impl Iterator<Item = (Option<&RouteName>, &str)> {
        let leading = self.examples.iter();
        let leading = leading.map(|example| (Some(example.route()), example.request()));
        let to_origin = self.origin_examples.iter();
        leading.chain(to_origin.map(|example| (example.route(), example.request())))
    }

    /// What its author should look at. None in the compiled form.
    pub(crate) fn warnings(&self) -> &[Problem] {
        &self.warnings
    }

    /// Parses a configuration. Only the compiled form begins with a brace.
    pub(crate) fn from_text(text: &str) -> Result<Self, Problems> {
        if is_compiled(text) {
            let config = signpost::config::from_json(text.trim_start())?;
            return Ok(Self {
                config,
                examples: Vec::new(),
                origin_examples: Vec::new(),
                warnings: Vec::new(),
            });
        }
        let authored = Authored::from_toml(text)?;
        Ok(Self {
            examples: authored.examples().to_vec(),
            origin_examples: authored.origin_examples().to_vec(),
            warnings: authored.warnings().to_vec(),
            config: authored.into_config(),
        })
    }
}

pub(crate) fn is_compiled(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// The text of a file, without a byte order mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    text: String,
    skipped: usize,
}

impl Text {
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        File::open(file)
            .map_err(|error| in_words(&error))
            .and_then(Self::from_reader)
            .map_err(|why| Failure::new(format!("cannot read {}: {why}", file.display())))
    }

    pub(crate) fn read_input(file: &Path) -> Result<Self, Failure> {
        if !is_dash(file) {
            return Self::read(file);
        }
        Self::from_reader(io::stdin().lock())
            .map_err(|why| Failure::new(format!("cannot read standard input: {why}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// How many bytes come before the text: those of its byte order mark.
    pub(crate) fn skipped(&self) -> usize {
        self.skipped
    }

    /// A new text for the same file, with the byte order mark of the old one.
    pub(crate) fn with_mark(&self, text: String) -> String {
        if self.skipped == 0 {
            text
        } else {
            format!("{BYTE_ORDER_MARK}{text}")
        }
    }

    fn from_reader(reader: impl Read) -> Result<Self, String> {
        let mut bytes = Vec::new();
        reader
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| in_words(&error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(
                "it is larger than 1 MiB, which no configuration is; name the configuration's own file"
                    .to_owned(),
            );
        }
        let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())?;
        Ok(match text.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) => Self {
                text: rest.to_owned(),
                skipped: BYTE_ORDER_MARK.len_utf8(),
            },
            None => Self { text, skipped: 0 },
        })
    }
}

/// A handle of the file, whatever its name. Opens regular files only: opening a pipe would wait for
/// a writer.
pub(crate) fn handle(file: &Path) -> Option<Handle> {
    let is_file = fs::metadata(file).is_ok_and(|found| found.is_file());
    is_file.then(|| Handle::from_path(file).ok()).flatten()
}

/// The same for an input, which may be standard input.
pub(crate) fn input_handle(file: &Path) -> Option<Handle> {
    if is_dash(file) {
        Handle::stdin().ok()
    } else {
        handle(file)
    }
}

/// Refuses to read standard input twice.
pub(crate) fn ensure_one_dash<'f>(
    files: impl IntoIterator<Item = &'f Path>,
) -> Result<(), Failure> {
    if files.into_iter().filter(|file| is_dash(file)).count() > 1 {
        let words = "standard input can be read only once; name `-` once";
        return Err(Failure::new(words));
    }
    Ok(())
}

/// The name of an input in messages.
pub(crate) fn name(file: &Path) -> String {
    if is_dash(file) {
        "<stdin>".to_owned()
    } else {
        file.display().to_string()
    }
}
