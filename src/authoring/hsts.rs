//! `Strict-Transport-Security`: RFC 6797, section 6.1.

use super::directives::{Grammar, Takes};

const GRAMMAR: Grammar = Grammar {
    separator: ';',
    names: &[
        (MAX_AGE, Takes::Seconds),
        ("includeSubDomains", Takes::Nothing),
        ("preload", Takes::Nothing),
    ],
    may_quote_seconds: true,
    example: "max-age=31536000; includeSubDomains",
};

const MAX_AGE: &str = "max-age";

/// A value that every browser understands.
///
/// A browser ignores all of a header that it cannot read, and the directives that it does not know.
pub(super) struct Hsts;

impl Hsts {
    /// Reads a value. The error says what to write instead.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!(
                "`{text}` does not say what it is; write `{MAX_AGE}={text}`"
            ));
        }
        let directives = GRAMMAR.read(text)?;
        if directives.iter().all(|it| it.name != MAX_AGE) {
            return Err(format!(
                "`{MAX_AGE}` is missing; write `{MAX_AGE}=31536000; {text}`"
            ));
        }
        Ok(Self)
    }
}
