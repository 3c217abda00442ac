use std::fmt;
use std::path::{Path, PathBuf};

/// One line of a shell: a command, what it reads, and what is kept of what it prints.
///
/// It is shown as a shell takes it, with the names of what is known only later, and so that it can
/// be joined to others by `&&`: it fails when any part of it does, also without `pipefail`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    words: Vec<Word>,
    input: Input,
    output: Output,
    unless_active: Option<(Box<Line>, Version)>,
    has_token: bool,
}

/// A version of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// The one of this number.
    Number(u64),
    /// The one that was active before the release.
    Previous,
    /// The one that the release makes.
    New,
}

/// A word of the command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Itself.
    Text(String),
    /// `--version=` and the number.
    Version(Version),
}

/// What the command reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// Nothing.
    Nothing,
    /// The compiled configuration, and the command that prints the same.
    Compiled {
        compile: Vec<String>,
        compiled: String,
    },
    /// The configuration that was stored before the release.
    Previous,
    /// The configuration that an earlier release kept in this file.
    Kept { file: PathBuf, config: String },
}

/// What is kept of what the command prints, which is JSON if anything is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Nothing: it is shown.
    Shown,
    /// The number of the active version, which is the previous one from now on.
    PreviousVersion,
    /// The configuration that is stored, which is the previous one from now on.
    PreviousConfig,
    /// The number of the version that was made.
    NewVersion,
}

impl Line {
    /// A line of words, the first of which is the program.
    pub(crate) fn new(words: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            words: words
                .into_iter()
                .map(|word| Word::Text(word.into()))
                .collect(),
            input: Input::Nothing,
            output: Output::Shown,
            unless_active: None,
            has_token: true,
        }
    }

    /// Adds one word.
    #[must_use]
    pub(crate) fn word(mut self, word: impl Into<String>) -> Self {
        self.words.push(Word::Text(word.into()));
        self
    }

    /// Adds words.
    #[must_use]
    pub(crate) fn words_of(self, words: &[String]) -> Self {
        words.iter().fold(self, Self::word)
    }

    /// Adds `--version=` and the number.
    #[must_use]
    pub(crate) fn version(mut self, version: Version) -> Self {
        self.words.push(Word::Version(version));
        self
    }

    /// Lets it read this.
    #[must_use]
    pub(crate) fn reading(mut self, input: Input) -> Self {
        self.input = input;
        self
    }

    /// Keeps this of what it prints.
    #[must_use]
    pub(crate) fn keeping(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// Runs it only if `version` is not active already, which `list` tells.
    #[must_use]
    pub(crate) fn unless_active(mut self, version: Version, list: Line) -> Self {
        self.unless_active = Some((Box::new(list), version));
        self
    }

    /// Hides the token of the Fastly API from it, which it has no use for.
    #[must_use]
    pub(crate) fn without_token(mut self) -> Self {
        self.has_token = false;
        self
    }

    pub(crate) fn words(&self) -> &[Word] {
        &self.words
    }

    pub(crate) fn input(&self) -> &Input {
        &self.input
    }

    pub(crate) fn output(&self) -> Output {
        self.output
    }

    pub(crate) fn has_token(&self) -> bool {
        self.has_token
    }

    /// The line that lists the versions, and the version that makes this line needless if active.
    pub(crate) fn guard(&self) -> Option<(&Line, Version)> {
        let (list, version) = self.unless_active.as_ref()?;
        Some((list, *version))
    }

    fn command(&self) -> String {
        let words: Vec<_> = self.words.iter().map(Word::to_string).collect();
        let command = words.join(" ");
        match &self.input {
            Input::Nothing => command,
            Input::Compiled { compile, .. } => {
                let compile: Vec<_> = compile.iter().map(|word| quoted(word)).collect();
                let compile = compile.join(" ");
                format!("compiled=$({compile}) &&\n{}", piped("compiled", &command))
            }
            Input::Previous => piped("config", &command),
            Input::Kept { file, .. } => {
                let file = quoted_path(file);
                let piped = piped("config", &command);
                format!("config=$(jq -e -j .config {file}) &&\n{piped}")
            }
        }
    }
}

/// A text with its last line break would be a letter longer than what was compiled.
fn piped(variable: &str, command: &str) -> String {
    format!("printf '%s' \"${variable}\" | {command}")
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = self.command();
        if let Some((list, version)) = &self.unless_active {
            let list = list.command();
            return write!(
                formatter,
                "{{ test \"$({list} | jq '{ACTIVE}')\" = {version} ||\n  {command}; }}"
            );
        }
        // What a pipe ends with says nothing of its beginning, so each half is a command.
        let mut kept = |all: &str, one: &str, filter: &str| {
            write!(
                formatter,
                "{all}=$({command}) &&\n{one}=$(printf '%s' \"${all}\" | jq -e {filter})"
            )
        };
        match self.output {
            Output::Shown => formatter.write_str(&command),
            Output::PreviousVersion => kept("versions", "previous", &format!("'{ACTIVE}'")),
            Output::PreviousConfig => kept("entry", "config", "-j .item_value"),
            Output::NewVersion => kept("draft", "new", ".Number"),
        }
    }
}

/// What jq finds the number of the active version with.
const ACTIVE: &str = ".[] | select(.Active).Number";

impl fmt::Display for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(&quoted(text)),
            Self::Version(version) => write!(formatter, "--version={version}"),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Previous => formatter.write_str("\"$previous\""),
            Self::New => formatter.write_str("\"$new\""),
        }
    }
}

/// The path as a shell has to be given it.
pub(crate) fn quoted_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// The word as a shell has to be given it.
pub(crate) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_=+%@:,./".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{Input, Line, Output, Version};

    #[test]
    fn a_line_is_shown_as_a_shell_takes_it() {
        let line = Line::new(["fastly", "do"]);
        let list = Line::new(["fastly", "list"]);
        let compiled = Input::Compiled {
            compile: vec!["signpost".into(), "compile".into(), "my config".into()],
            compiled: String::new(),
        };
        let kept = Input::Kept {
            file: "a b.json".into(),
            config: String::new(),
        };
        for (line, shown) in [
            (line.clone(), "fastly do"),
            (line.clone().word("--a=b 1%"), "fastly do '--a=b 1%'"),
            (line.clone().word(""), "fastly do ''"),
            (line.clone().word("it's"), r"fastly do 'it'\''s'"),
            (line.clone().word("$HOME"), "fastly do '$HOME'"),
            (
                line.clone().version(Version::Number(7)),
                "fastly do --version=7",
            ),
            (
                line.clone()
                    .version(Version::Previous)
                    .keeping(Output::NewVersion),
                "draft=$(fastly do --version=\"$previous\") &&\n\
                 new=$(printf '%s' \"$draft\" | jq -e .Number)",
            ),
            (
                line.clone().keeping(Output::PreviousConfig),
                "entry=$(fastly do) &&\nconfig=$(printf '%s' \"$entry\" | jq -e -j .item_value)",
            ),
            (
                line.clone().reading(Input::Previous),
                "printf '%s' \"$config\" | fastly do",
            ),
            (
                line.clone().reading(kept),
                "config=$(jq -e -j .config 'a b.json') &&\nprintf '%s' \"$config\" | fastly do",
            ),
            (
                line.clone().reading(compiled),
                "compiled=$(signpost compile 'my config') &&\n\
                 printf '%s' \"$compiled\" | fastly do",
            ),
            (
                line.clone().unless_active(Version::Previous, list),
                "{ test \"$(fastly list | jq '.[] | select(.Active).Number')\" = \"$previous\" ||\n  \
                 fastly do; }",
            ),
        ] {
            assert_eq!(line.to_string(), shown);
        }
    }
}
