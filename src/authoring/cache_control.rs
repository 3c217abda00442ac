//! `Cache-Control` of an answer: RFC 9111, section 5.2.2, with RFC 8246 and RFC 5861.

use super::directives::{Argument, Directive, Grammar, Takes};

const GRAMMAR: Grammar = Grammar {
    separator: ',',
    names: &[
        ("max-age", Takes::Seconds),
        ("s-maxage", Takes::Seconds),
        ("public", Takes::Nothing),
        ("private", Takes::MaybeFields),
        ("no-cache", Takes::MaybeFields),
        ("no-store", Takes::Nothing),
        ("no-transform", Takes::Nothing),
        ("must-revalidate", Takes::Nothing),
        ("proxy-revalidate", Takes::Nothing),
        ("must-understand", Takes::Nothing),
        ("immutable", Takes::Nothing),
        ("stale-while-revalidate", Takes::Seconds),
        ("stale-if-error", Takes::Seconds),
    ],
    may_quote_seconds: false,
    example: "public, max-age=3600",
};

/// Directives that take back what another one says. Zero seconds say nothing.
const CONTRADICTIONS: &[(&str, &[&str])] = &[
    ("private", &["public", "s-maxage"]),
    (
        "no-store",
        &[
            "public",
            "max-age",
            "s-maxage",
            "immutable",
            "stale-while-revalidate",
            "stale-if-error",
        ],
    ),
    (
        "no-cache",
        &[
            "max-age",
            "s-maxage",
            "immutable",
            "stale-while-revalidate",
            "stale-if-error",
        ],
    ),
    (
        "must-revalidate",
        &["stale-while-revalidate", "stale-if-error"],
    ),
];

/// A value that every cache understands in the same way.
pub(super) struct CacheControl(Vec<Directive>);

impl CacheControl {
    /// Reads a value. The error says what to write instead.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let value = Self(GRAMMAR.read(text)?);
        for (one, others) in CONTRADICTIONS {
            // Beside `must-understand`, a cache may overlook `no-store`.
            let holds = value.has(one) && (*one != "no-store" || value.is_never_stored());
            let other = others.iter().find(|other| holds && value.says(other));
            if let Some(other) = other {
                return Err(format!(
                    "`{one}` and `{other}` contradict each other; leave one of the two out"
                ));
            }
        }
        Ok(value)
    }

    /// Whether no cache may store the answer: `no-store` is there, and `must-understand`, beside which a
    /// cache may overlook it, is not.
    pub(super) fn is_never_stored(&self) -> bool {
        self.has("no-store") && !self.has("must-understand")
    }

    /// Whether a directive is there, and about the whole answer.
    pub(super) fn has(&self, name: &str) -> bool {
        let argument = self.argument(name);
        argument.is_some_and(|argument| argument != Argument::Fields)
    }

    /// Whether a directive is there, and not for zero seconds.
    fn says(&self, name: &str) -> bool {
        self.has(name) && self.seconds(name) != Some(0)
    }

    pub(super) fn seconds(&self, name: &str) -> Option<u32> {
        match self.argument(name)? {
            Argument::Seconds(seconds) => Some(seconds),
            Argument::Nothing | Argument::Fields => None,
        }
    }

    fn argument(&self, name: &str) -> Option<Argument> {
        let mut directives = self.0.iter();
        let directive = directives.find(|directive| directive.name == name);
        directive.map(|directive| directive.argument)
    }
}
