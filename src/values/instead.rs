//! What may have been meant by a misspelt name.

use std::fmt;

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
