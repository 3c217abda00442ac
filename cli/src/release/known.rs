use signpost::values::{Share, Switch};

use super::stored::Stored;

/// What a run has learnt so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The version to roll back to.
    pub(crate) version: Option<u64>,
    /// The configuration to roll back to.
    pub(crate) config: Option<String>,
    /// The version that the release makes.
    pub(crate) draft: Option<u64>,
    /// The position of the switch without a share of `next`, as it was seen last.
    pub(crate) switch: Option<Switch>,
    /// The configuration that the release brings beside the previous one.
    pub(crate) next: Option<String>,
    /// What the entry `release` holds while the release runs.
    pub(crate) release: Option<String>,
    /// The version that serves as far as the release knows.
    pub(crate) serving: Option<u64>,
    /// Whether `next`, and whether `config`, may have been stored by the release, even by a call that failed.
    pub(crate) may_have_stored_next: bool,
    pub(crate) may_have_stored_config: bool,
    /// The entries as the release left them.
    pub(crate) stored: Stored,
}

/// A position of the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    /// This one.
    At(Switch),
    /// The present one, with this share of the files on the side of `next`.
    Present(Share),
}

impl Position {
    /// The present one, with every file on the side of `config`.
    pub(crate) const PRESENT: Self = Self::Present(Share::NONE);

    /// What the entry `switch` holds.
    pub(crate) fn text(self, known: &Known) -> String {
        match (self, known.switch) {
            (Self::At(switch), _) => switch.to_string(),
            (Self::Present(share), Some(switch)) => switch.with_next(share).to_string(),
            (Self::PRESENT, None) => "PRESENT".to_owned(),
            (Self::Present(share), None) => format!("PRESENT, next {share}"),
        }
    }
}
