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
