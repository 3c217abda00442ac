//! Compares the copies of a file.

use signpost_logs::text::beginning;
use strum::VariantArray as _;

use crate::smoke::gather::probes::Probe;
use crate::smoke::judge::chain::REDIRECTED_PAGE;
use crate::smoke::judge::mismatch::shown;
use crate::smoke::parity::answers::Aspect;
use crate::smoke::parity::copy::{Copy, Difference, short};
use crate::smoke::run::{in_full, is_missing};

/// The most characters of a value from outside.
const MAX_VALUE: usize = 40;

/// A file, its copies, and all that differs.
pub(crate) struct Compared {
    pub(crate) probe: Probe,
    pub(crate) copies: Vec<Copy>,
}

impl Aspect {
    /// A value for people.
    pub(crate) fn shown(self, value: &str) -> String {
        match self {
            Self::Checksum => short(value).to_owned(),
            _ => beginning(value, MAX_VALUE),
        }
    }

    /// Whether every client can do with it; of other aspects, any value is as good.
    fn is_good(self, value: &str) -> bool {
        match self {
            Self::Cors => matches!(value, "*" | REDIRECTED_PAGE),
            Self::Range => value == "206",
            Self::Head => value == "200",
            Self::Status | Self::Bytes | Self::Checksum | Self::Type => true,
        }
    }
}

/// Adds to each copy what is not right, or is not as at the target that it is compared with. A value that
/// was not asked for, because the file did not come, does not differ.
pub(crate) fn compare(probe: Probe, mut copies: Vec<Copy>) -> Compared {
    let statuses = statuses(&probe, &copies);
    for (copy, difference) in copies.iter_mut().zip(statuses) {
        copy.differences.extend(difference);
    }
    let aspects = Aspect::VARIANTS.iter().copied();
    let differences: Vec<_> = aspects
        .filter_map(|aspect| Some((aspect, model(aspect, &copies)?)))
        .flat_map(|(aspect, model)| {
            let copies = copies.iter().enumerate();
            copies.filter_map(move |(place, copy)| Some((place, between(aspect, model, copy)?)))
        })
        .collect();
    for (place, difference) in differences {
        if let Some(copy) = copies.get_mut(place) {
            copy.differences.push(difference);
        }
    }
    Compared { probe, copies }
}

/// The copy that the others are compared with: the first that is as good as any, so that a target
/// with a bad copy does not make the others wrong.
fn model(aspect: Aspect, copies: &[Copy]) -> Option<&Copy> {
    let copies = copies.iter().filter(|copy| !copy.differs_in(aspect));
    let copies = copies.filter(|copy| aspect != Aspect::Status && copy.value(aspect).is_some());
    copies.min_by_key(|copy| {
        let is_good = copy
            .value(aspect)
            .is_some_and(|value| aspect.is_good(value));
        (!is_good, !copy.differences.is_empty())
    })
}

fn between(aspect: Aspect, model: &Copy, copy: &Copy) -> Option<Difference> {
    let (expected, here) = (model.value(aspect)?, copy.value(aspect)?);
    if expected == here || copy.differs_in(aspect) {
        return None;
    }
    let [expected, here] = [expected, here].map(|value| aspect.shown(value));
    let words = format!("{expected} at {}, {here} here", model.at.name);
    Some(Difference::new(aspect, words))
}

/// What is wrong with the status of each copy: it must be 200, unless all are missing and may be.
fn statuses(probe: &Probe, copies: &[Copy]) -> Vec<Option<Difference>> {
    let status = |copy: &Copy| Some(copy.received.as_ref()?.status);
    let are_missing = copies.iter().filter_map(status).all(is_missing);
    let served = copies.iter().find(|copy| status(copy) == Some(200));
    let right = match served {
        Some(copy) => format!("200 at {}", copy.at.name),
        None => "200 is right".to_owned(),
    };
    let difference = |copy: &Copy| {
        let status = status(copy).filter(|status| *status != 200)?;
        if probe.may_be_missing && are_missing {
            return None;
        }
        let redirect = copy.received.as_ref().and_then(|it| it.redirect.as_ref());
        let redirect = redirect.map(|to| format!("it redirects to {to}"));
        let details: Vec<_> = redirect.into_iter().chain(copy.details.clone()).collect();
        let details = (!details.is_empty()).then(|| format!(" ({})", details.join("; ")));
        let (here, details) = (in_full(status), details.unwrap_or_default());
        let words = shown(&format!("{right}, {here} here{details}"));
        Some(Difference::new(Aspect::Status, words))
    };
    copies.iter().map(difference).collect()
}

#[cfg(test)]
mod tests;
