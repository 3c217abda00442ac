//! Reads the directives of a header such as `max-age=60, public`.

use crate::values::{Instead, is_token};

/// How the directives of a header are written.
pub(super) struct Grammar {
    /// What stands between two of them.
    pub(super) separator: char,
    /// Their names, as they are usually spelt.
    pub(super) names: &'static [(&'static str, Takes)],
    /// Whether a number of seconds may stand in quotation marks.
    pub(super) may_quote_seconds: bool,
    /// What to write, as an author would.
    pub(super) example: &'static str,
}

/// What stands behind the name of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    Nothing,
    /// `=` and a number of seconds.
    Seconds,
    /// Nothing, or `=` and names of header fields in quotation marks.
    MaybeFields,
}

/// A directive that a header has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directive {
    /// As the grammar spells it.
    pub(super) name: &'static str,
    pub(super) argument: Argument,
}

/// What was read behind the name of a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Argument {
    Nothing,
    Seconds(u32),
    Fields,
}

/// The most seconds that caches tell from more: RFC 9111, section 1.2.2.
const MOST_SECONDS: u32 = 1 << 31;

impl Grammar {
    /// Reads the directives, each of which is there once. The error says what to write instead.
    pub(super) fn read(&self, text: &str) -> Result<Vec<Directive>, String> {
        let mut directives: Vec<Directive> = Vec::new();
        for item in split(text, self.separator) {
            let directive = self.directive(item.trim_matches(' '), text)?;
            let name = directive.name;
            if directives.iter().any(|earlier| earlier.name == name) {
                return Err(format!("`{name}` is there twice; write it once"));
            }
            directives.push(directive);
        }
        Ok(directives)
    }

    fn directive(&self, item: &str, all: &str) -> Result<Directive, String> {
        if item.is_empty() {
            let separator = self.separator;
            return Err(format!(
                "`{all}` has an empty directive; leave out the `{separator}` beside it"
            ));
        }
        let (written, argument) = match item.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (item, None),
        };
        if !is_token(written) || argument.is_some_and(|it| !is_token(it) && unquoted(it).is_none())
        {
            return Err(self.no_directive(item, all));
        }
        let mut names = self.names.iter();
        let known = names.find(|(name, _)| name.eq_ignore_ascii_case(written));
        let Some((name, takes)) = known else {
            let instead = Instead::of(written, self.names.iter().map(|(name, _)| *name));
            let instead = if instead == Instead::default() {
                let names: Vec<_> = self.names.iter().map(|(name, _)| *name).collect();
                format!("; the directives are {}", names.join(", "))
            } else {
                instead.to_string()
            };
            return Err(format!("there is no directive `{written}`{instead}"));
        };
        let argument = self.argument(name, *takes, argument)?;
        Ok(Directive { name, argument })
    }

    fn argument(&self, name: &str, takes: Takes, text: Option<&str>) -> Result<Argument, String> {
        match (takes, text) {
            (Takes::Nothing | Takes::MaybeFields, None) => Ok(Argument::Nothing),
            (Takes::Nothing, Some(text)) => Err(format!(
                "`{name}` has no value, and `{text}` was read; write `{name}`"
            )),
            (Takes::Seconds, None) => Err(format!(
                "`{name}` lacks its number of seconds; write one such as `{name}=3600`"
            )),
            (Takes::Seconds, Some(text)) => {
                let quoted = unquoted(text).filter(|_| self.may_quote_seconds);
                let seconds = read_seconds(quoted.as_deref().unwrap_or(text));
                seconds.map(Argument::Seconds).ok_or_else(|| {
                    format!(
                        "`{text}` is not a number of seconds from 0 to {MOST_SECONDS}; write one such as `{name}=3600`"
                    )
                })
            }
            (Takes::MaybeFields, Some(text)) => {
                let fields = unquoted(text);
                let are_fields = |it: String| it.split(',').all(|name| is_token(name.trim()));
                if fields.is_some_and(are_fields) {
                    return Ok(Argument::Fields);
                }
                Err(format!(
                    "`{text}` is not a list of header fields in quotation marks; write one such as `{name}=\"set-cookie\"`, or `{name}` alone"
                ))
            }
        }
    }

    /// What is wrong with what is no directive. If all of it can be read with other marks between its parts,
    /// it was meant so.
    fn no_directive(&self, item: &str, all: &str) -> String {
        let separator = match self.separator {
            ',' => ", ",
            _ => "; ",
        };
        let with_equals = all.replace(": ", "=").replace(':', "=");
        let parts = with_equals.split([' ', ',', ';']);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let meant = parts.join(separator);
        let example = if meant != all && self.read(&meant).is_ok() {
            &meant
        } else {
            self.example
        };
        format!(
            "`{item}` is not a directive; separate directives by `{}`, write a value after `=`, and each once, such as `{example}`",
            self.separator
        )
    }
}

/// Splits where a separator stands outside of quotation marks.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(|character| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match character {
            '"' if !was_escaped => is_quoted = !is_quoted,
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            _ => {}
        }
        !is_quoted && character == separator
    });
    parts.collect()
}

/// What stands in the quotation marks of a quoted string: RFC 9110, section 5.6.4.
fn unquoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut unescaped = String::new();
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        unescaped.push(match character {
            '"' => return None,
            '\\' => characters.next()?,
            _ => character,
        });
    }
    Some(unescaped)
}

fn read_seconds(text: &str) -> Option<u32> {
    let are_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| are_digits);
    seconds.filter(|it| *it <= MOST_SECONDS)
}
