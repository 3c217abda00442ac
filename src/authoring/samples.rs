//! Values to try routes on, as real requests have them.

use std::iter::zip;

use crate::values::{Capture, CaptureSlot, CaptureType, PathTemplate};

/// A SHA-256, of nothing. Shorter digests are its beginning, for lack of others.
const DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Plain values of a type, the first of which is shown to people.
pub(super) fn values(kind: &CaptureType) -> Vec<String> {
    match kind {
        CaptureType::Crate | CaptureType::Segment | CaptureType::Path | CaptureType::Lower => {
            let others = ["serde", "1.0.228", DIGEST, "a", "42", "a-b"].map(str::to_owned);
            let fits = |value: &String| kind.parse(value.as_str()).is_some();
            others.into_iter().filter(fits).collect()
        }
        CaptureType::Semver => ["1.0.228", "1.0.0-a"].map(str::to_owned).into(),
        CaptureType::Digits => ["42", "7"].map(str::to_owned).into(),
        CaptureType::Hex(_) | CaptureType::Sha1 | CaptureType::Sha256 | CaptureType::Sha512 => {
            let (length, _) = kind.lengths();
            let digits = DIGEST.chars().cycle().take(length);
            vec![digits.collect()]
        }
        CaptureType::OneOf(words) => words.clone(),
    }
}

/// A plain value of a type.
pub(super) fn value(kind: &CaptureType) -> String {
    values(kind).into_iter().next().unwrap_or_default()
}

/// A plain value for each capture of a template.
pub(super) fn plain(template: &PathTemplate) -> Vec<String> {
    let first = |slot: &CaptureSlot| values(slot.kind()).into_iter().next().unwrap_or_default();
    template.captures().iter().map(first).collect()
}

/// The captures with these values; `None` if one is not of its type.
pub(super) fn captures<'v>(
    template: &PathTemplate,
    values: &'v [String],
) -> Option<Vec<Capture<'v>>> {
    zip(template.captures(), values)
        .map(|(slot, value)| slot.kind().parse(value.as_str()))
        .collect()
}

/// The path with these values; `None` if one is not of its type.
pub(super) fn path(template: &PathTemplate, values: &[String]) -> Option<String> {
    captures(template, values).map(|captures| template.text(&captures))
}

/// How many ways to choose values are tried.
const MAX_COMBINATIONS: usize = 256;

/// The ways to choose one of the values of each capture: the first of each, the last of each, and then as
/// many others as there is time for.
pub(super) fn combinations(values: &[Vec<String>]) -> impl Iterator<Item = Vec<String>> {
    let of_all = |value: fn(&[String]) -> Option<&String>| {
        let value = |values: &Vec<String>| value(values).cloned().unwrap_or_default();
        values.iter().map(value).collect::<Vec<_>>()
    };
    let ends = [of_all(<[String]>::first), of_all(<[String]>::last)];
    let number = values.iter().map(Vec::len).fold(1, usize::saturating_mul);
    let others = (0..number.min(MAX_COMBINATIONS)).map(move |mut number| {
        let of_capture = |values: &Vec<String>| {
            let length = values.len().max(1);
            let value = values.get(number % length).cloned().unwrap_or_default();
            number /= length;
            value
        };
        values.iter().map(of_capture).collect()
    });
    ends.into_iter().chain(others)
}
