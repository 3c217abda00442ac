//! Where in a TOML text a key stands.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::{Place, Problem, ProblemCode, Step};

/// Finds where problems stand in a text, which is read once for all of them.
pub(super) struct Positions<'t> {
    text: &'t str,
    table: Option<Spanned<DeTable<'t>>>,
}

impl<'t> Positions<'t> {
    pub(super) fn in_text(text: &'t str) -> Self {
        let table = DeTable::parse(text).ok();
        Self { text, table }
    }

    /// The problems, each at its place, in the order of these.
    pub(super) fn place(&self, problems: Vec<Problem>) -> Vec<Problem> {
        let placed = problems.into_iter().map(|problem| {
            let place = self.of(&problem);
            problem.at(place)
        });
        let mut placed: Vec<_> = placed.collect();
        placed.sort_by_key(|problem| problem.place().map(|place| place.bytes.start));
        placed
    }

    /// The place of a problem: the value of its key, or the key itself if that is wrong. If the key is
    /// missing, the nearest table around it.
    fn of(&self, problem: &Problem) -> Option<Place> {
        let mut bytes = None;
        let mut values = Values::Table(self.table.as_ref()?.get_ref());
        for step in problem.key().steps() {
            let Some((key, value, next)) = values.step(step) else {
                break;
            };
            bytes = match problem.code() {
                ProblemCode::KeyUnknown => key.or(Some(value)),
                _ => Some(value),
            };
            values = next;
        }
        of_bytes(self.text, bytes.unwrap_or_default())
    }
}

/// The line and column of a range of bytes.
pub(super) fn of_bytes(text: &str, bytes: Range<usize>) -> Option<Place> {
    let before = text.get(..bytes.start)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Some(Place {
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..)?.chars().count() + 1,
        bytes,
    })
}

enum Values<'t> {
    Table(&'t DeTable<'t>),
    Array(&'t [Spanned<DeValue<'t>>]),
    Leaf,
}

impl<'t> Values<'t> {
    /// One step in: the place of the key, if there is one, the place of the value, and the value.
    fn step(&self, step: &Step) -> Option<(Option<Range<usize>>, Range<usize>, Self)> {
        match (self, step) {
            (Self::Table(table), Step::Name(name)) => {
                let (key, value) = table.get_key_value(&**name)?;
                // A table's own range is its header; its key is where a person looks for it.
                let range = match value.get_ref() {
                    DeValue::Table(_) | DeValue::Array(_) => key.span(),
                    _ => value.span(),
                };
                Some((Some(key.span()), range, Self::of(value)))
            }
            (Self::Array(values), Step::Index(index)) => {
                let value = values.get(*index)?;
                Some((None, value.span(), Self::of(value)))
            }
            _ => None,
        }
    }

    fn of(value: &'t Spanned<DeValue<'t>>) -> Self {
        match value.get_ref() {
            DeValue::Table(table) => Self::Table(table),
            DeValue::Array(values) => Self::Array(values),
            _ => Self::Leaf,
        }
    }
}
