//! Whether every path can be read in one way only.

use std::collections::BTreeSet;

use super::super::common_path::units;
use super::super::common_text::{Common, Unit, read_in_two_ways};
use super::super::draft::{Draft, Report};
use super::super::samples;
use crate::config::{Key, ProblemCode};
use crate::values::{CaptureSlot, PathTemplate, Piece, Segment};

/// Notes each template of a route that can be read in two ways.
pub(super) fn check(draft: &Draft<'_>, report: &mut Report) {
    // A path is looked at even if the rest of its route does not hold.
    for (index, raw) in draft.raw.routes.iter().enumerate() {
        let path = raw.path.as_deref().map(PathTemplate::path);
        let Some(Ok(path)) = path else { continue };
        if let Some(found) = ambiguity(&path) {
            let request = found.text(&path);
            let message = format!("the request `{request}` {found}");
            let key = Key::default().name("routes").index(index).name("path");
            report.sink.push(ProblemCode::PathAmbiguous, key, message);
        }
    }
    for (key, route) in draft.routes() {
        // A path with two readings leads to locations with two, and is what has to be changed.
        if report.sink.has(&key.name("path")) {
            continue;
        }
        check_location(
            &key.name("location"),
            route.path(),
            route.location(),
            report,
        );
    }
}

fn check_location(key: &Key, path: &PathTemplate, location: &PathTemplate, report: &mut Report) {
    let code = ProblemCode::LocationUnprovable;
    if let Some(found) = ambiguity(location) {
        let request = found.text(path);
        let below_base = found.text(location);
        let message = format!(
            "the request `{request}` would lead to `{below_base}` below the base, which does not tell what was asked for, so it would go to the origin: it {found}"
        );
        report.sink.push(code, key.clone(), message);
    }
    let paths = location.segments().filter(|segment| segment.is_path());
    if paths.count() > 1 {
        let message = "a capture of type path stands twice in the location; use it once, because it may be any number of segments";
        report.sink.push(code, key.clone(), message);
    }
}

/// A segment that can be read in two ways, with a value for each capture of the template.
struct Ambiguity<'t> {
    segment: Segment<'t>,
    common: Common,
    /// A value for each name.
    values: Vec<(&'t str, String)>,
}

/// A segment of the template that some text can be in two ways.
fn ambiguity(template: &PathTemplate) -> Option<Ambiguity<'_>> {
    let segments: Vec<_> = template.segments().collect();
    segments.iter().enumerate().find_map(|(place, segment)| {
        let mut others = segments
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place);
        let known: BTreeSet<_> = others.by_ref().flat_map(|(_, it)| captures(*it)).collect();
        let unknown: BTreeSet<_> = captures(*segment)
            .filter(|it| !known.contains(it))
            .collect();
        // A single unknown capture has all that the others leave.
        if unknown.len() < 2 {
            return None;
        }
        known_values(template, *segment, &known)
            .into_iter()
            .find_map(|values| {
                let common = read_in_two_ways(&with_known(*segment, &unknown, &values))?;
                Some(Ambiguity::new(template, *segment, common, values))
            })
    })
}

/// The captures that a segment has whole.
fn captures(segment: Segment<'_>) -> impl Iterator<Item = usize> {
    segment.pieces().filter_map(|piece| match piece {
        Piece::Capture(place, _) => Some(place),
        Piece::Literal(_) | Piece::Part(..) => None,
    })
}

/// What is tried for the captures of the template: a segment is read by itself, with those that other
/// segments have as literals.
fn known_values(
    template: &PathTemplate,
    segment: Segment<'_>,
    known: &BTreeSet<usize>,
) -> Vec<Vec<String>> {
    let plain = samples::plain(template);
    let mut tried: Vec<_> = plain.iter().map(|value| vec![value.clone()]).collect();
    for place in captures(segment).filter(|place| known.contains(place)) {
        if let Some((slot, tried)) = template.captures().get(place).zip(tried.get_mut(place)) {
            *tried = samples::values(slot.kind());
        }
    }
    samples::combinations(&tried, 64).collect()
}

fn with_known(segment: Segment<'_>, unknown: &BTreeSet<usize>, values: &[String]) -> Vec<Unit> {
    let unit = |(piece, unit)| match piece {
        Piece::Capture(place, _) if !unknown.contains(&place) => {
            Unit::Literal(values.get(place).cloned().unwrap_or_default())
        }
        _ => unit,
    };
    segment.pieces().zip(units(segment)).map(unit).collect()
}

impl<'t> Ambiguity<'t> {
    fn new(
        template: &'t PathTemplate,
        segment: Segment<'t>,
        common: Common,
        mut values: Vec<String>,
    ) -> Self {
        for (piece, text) in segment.pieces().zip(&common.left) {
            if let Piece::Capture(place, _) = piece
                && let Some(value) = values.get_mut(place)
            {
                value.clone_from(text);
            }
        }
        let names = template.captures().iter().map(CaptureSlot::name);
        Self {
            segment,
            common,
            values: names.zip(values).collect(),
        }
    }

    /// The path of a template with the values that its captures have here.
    fn text(&self, template: &PathTemplate) -> String {
        let value = |name: &str| self.values.iter().find(|(other, _)| *other == name);
        let slots = template.captures().iter();
        let values: Vec<_> = slots
            .map(|slot| match value(slot.name()) {
                Some((_, value)) => value.clone(),
                None => samples::values(slot.kind())
                    .into_iter()
                    .next()
                    .unwrap_or_default(),
            })
            .collect();
        samples::path(template, &values).unwrap_or_default()
    }
}

impl std::fmt::Display for Ambiguity<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reading = |texts: &[String]| {
            let pieces = self.segment.pieces().zip(texts);
            let values = pieces.filter_map(|(piece, text)| match piece {
                Piece::Capture(_, slot) => Some(format!("{}=`{text}`", slot.name())),
                Piece::Literal(_) | Piece::Part(..) => None,
            });
            values.collect::<Vec<_>>().join(" ")
        };
        let (segment, text) = (self.segment, &self.common.text);
        let (one, other) = (reading(&self.common.left), reading(&self.common.right));
        write!(
            formatter,
            "can be read in two ways: `{text}` is `{segment}` with {one}, or with {other}; write `/` between the captures, or types and literals that have no character in common"
        )
    }
}
