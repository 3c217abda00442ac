//! Where in a configuration something stands.

use std::fmt;

/// The path of a key in the configuration, such as `routes[0].location`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key(Vec<Step>);

/// One step of a [`Key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a table, by name.
    Name(String),
    /// Into an array, from 0.
    Index(usize),
}

/// A key under examination. It becomes a [`Key`] only for a problem, because the edge reads a
/// configuration without problems each time a sandbox starts.
#[derive(Clone, Copy)]
pub(crate) enum At<'k> {
    Top,
    Name(&'k At<'k>, &'k str),
    Index(&'k At<'k>, usize),
}

impl Key {
    /// The steps from the top of the configuration.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub(crate) fn name(&self, name: impl Into<String>) -> Self {
        self.step(Step::Name(name.into()))
    }

    pub(crate) fn index(&self, index: usize) -> Self {
        self.step(Step::Index(index))
    }

    fn step(&self, step: Step) -> Self {
        let mut steps = self.0.clone();
        steps.push(step);
        Self(steps)
    }
}

impl<'k> At<'k> {
    pub(crate) fn name(&'k self, name: &'k str) -> Self {
        Self::Name(self, name)
    }

    pub(crate) fn index(&'k self, index: usize) -> Self {
        Self::Index(self, index)
    }
}

impl From<&At<'_>> for Key {
    fn from(at: &At<'_>) -> Self {
        match at {
            At::Top => Self::default(),
            At::Name(around, name) => Self::from(*around).name((*name).to_owned()),
            At::Index(around, index) => Self::from(*around).index(*index),
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.0.iter().enumerate() {
            match step {
                Step::Name(name) if place == 0 => formatter.write_str(name)?,
                Step::Name(name) => write!(formatter, ".{name}")?,
                Step::Index(index) => write!(formatter, "[{index}]")?,
            }
        }
        Ok(())
    }
}
