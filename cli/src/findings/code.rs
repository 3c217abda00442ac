//! The codes of everything that `signpost check` finds.

use std::fmt;

use signpost::config::{ProblemCode, Severity};

/// The code of a finding: the edge's own, and two that only this tool can find.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The configuration cannot be used.
    Problem(ProblemCode),
    /// `dl-not-redirected`: a download through a `dl` is not redirected.
    DlNotRedirected,
    /// `differs`: two configurations differ in a key that must not differ.
    Differs,
}

impl Code {
    /// Every code.
    pub fn all() -> impl Iterator<Item = Self> {
        let edge = ProblemCode::ALL.iter().copied().map(Self::Problem);
        edge.chain([Self::DlNotRedirected, Self::Differs])
    }

    /// The code of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|code| code.name() == name)
    }

    /// The name in kebab-case. Its meaning never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Problem(code) => code.code(),
            Self::DlNotRedirected => "dl-not-redirected",
            Self::Differs => "differs",
        }
    }

    /// How much it matters.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Problem(code) => code.severity(),
            Self::DlNotRedirected | Self::Differs => Severity::Error,
        }
    }

    /// The meaning, in one sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Problem(code) => code.meaning(),
            Self::DlNotRedirected => {
                "A download that cargo would ask for by this `dl` is not redirected."
            }
            Self::Differs => "Two configurations differ in a key that --may-differ does not name.",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
