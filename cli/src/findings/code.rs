//! The code of everything that `signpost check` finds.

use std::fmt;

use signpost::config::ProblemCode;

/// The code of a finding: the edge's own, and two of what only the operator's tool can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// What keeps a configuration from being used.
    Problem(ProblemCode),
    /// `dl-not-redirected`: a download that cargo would ask for is not redirected.
    DlNotRedirected,
    /// `differs`: two configurations differ where they may not.
    Differs,
}

impl Code {
    /// Every code.
    pub fn all() -> impl Iterator<Item = Self> {
        let edge = ProblemCode::ALL.iter().copied().map(Self::Problem);
        edge.chain([Self::DlNotRedirected, Self::Differs])
    }

    /// The code of this name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|code| code.name() == name)
    }

    /// The code, in kebab-case. It never changes its meaning.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Problem(code) => code.code(),
            Self::DlNotRedirected => "dl-not-redirected",
            Self::Differs => "differs",
        }
    }

    /// What the code means, in one sentence.
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
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
