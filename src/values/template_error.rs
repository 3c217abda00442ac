//! What can be wrong with a template as a configuration has it.

use std::fmt;

use super::capture::CaptureSlot;

/// Everything that is wrong with a template, at least one error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateErrors {
    pub(super) errors: Vec<String>,
    pub(super) captures: Vec<CaptureSlot>,
}

impl TemplateErrors {
    /// The errors, each with what to write instead.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.errors.iter().map(String::as_str)
    }

    /// The captures that the template seems to have, so that another one that uses them can be read.
    pub fn captures(&self) -> &[CaptureSlot] {
        &self.captures
    }
}

impl fmt::Display for TemplateErrors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for TemplateErrors {}

/// What may have been meant instead, as the end of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instead(Option<String>);

impl Instead {
    /// The name that is most like what was read, if one is.
    pub(crate) fn of<'n>(read: &str, names: impl IntoIterator<Item = &'n str>) -> Self {
        let distance = |name: &&str| strsim::osa_distance(read, name);
        let nearest = names.into_iter().min_by_key(distance);
        // A third of the letters may be wrong, and one always.
        let is_near =
            |name: &&str| distance(name) <= (name.len() / 3).max(1) && distance(name) < name.len();
        Self(nearest.filter(is_near).map(str::to_owned))
    }
}

impl fmt::Display for Instead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(formatter, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}
