//! Whether every path can be read in one way only.

use std::collections::BTreeSet;
use std::fmt;

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

/// A segment that is not read in one way, with a value for each capture of the template.
struct Ambiguity<'t> {
    segment: Segment<'t>,
    /// What the captures of the segment are in each of two readings; nothing if it has too many of them.
    readings: Option<[Vec<(&'t str, String)>; 2]>,
    /// A value for each name.
    values: Vec<(&'t str, String)>,
}

/// The most captures of a segment that are known from no other: what reading one costs grows with them.
const MOST_UNKNOWN: usize = 4;

/// A segment of the template that some text can be in two ways.
fn ambiguity(template: &PathTemplate) -> Option<Ambiguity<'_>> {
    let whole = template.segments().filter_map(Segment::capture);
    let mut known: BTreeSet<_> = whole.map(|(place, _)| place).collect();
    for segment in template.mixed_segments() {
        let unknown: BTreeSet<_> = captures(segment).filter(|it| !known.contains(it)).collect();
        // A single unknown capture has all that the others leave.
        if unknown.len() > 1 {
            let found = in_segment(template, segment, &unknown);
            if found.is_some() {
                return found;
            }
        }
        known.extend(unknown);
    }
    None
}

/// Whether a segment is read in two ways, or has too many captures, or one twice beside another: then each
/// is read as if it were another capture.
fn in_segment<'t>(
    template: &'t PathTemplate,
    segment: Segment<'t>,
    unknown: &BTreeSet<usize>,
) -> Option<Ambiguity<'t>> {
    let number = captures(segment).filter(|it| unknown.contains(it)).count();
    if number > MOST_UNKNOWN {
        return Some(Ambiguity::new(
            template,
            segment,
            None,
            samples::plain(template),
        ));
    }
    let mut tried = known_values(template, segment, unknown).into_iter();
    tried.find_map(|values| {
        let common = read_in_two_ways(&with_known(segment, unknown, &values))?;
        Some(Ambiguity::new(template, segment, Some(&common), values))
    })
}

/// The captures that a segment has whole.
fn captures(segment: Segment<'_>) -> impl Iterator<Item = usize> {
    segment.pieces().filter_map(|piece| match piece {
        Piece::Capture(place, _) => Some(place),
        Piece::Literal(_) | Piece::Part(..) => None,
    })
}

/// What is tried for the captures of the template: a segment is read by itself, with those that are known
/// before as literals. Values that are like the segment's own literals are the most likely to mislead.
fn known_values(
    template: &PathTemplate,
    segment: Segment<'_>,
    unknown: &BTreeSet<usize>,
) -> Vec<Vec<String>> {
    let is_known_here =
        |place: &usize| captures(segment).any(|it| it == *place) && !unknown.contains(place);
    let slots = template.captures().iter().enumerate();
    let tried = slots.map(|(place, slot)| {
        if !is_known_here(&place) {
            return vec![samples::value(slot.kind())];
        }
        let literals = segment
            .literals()
            .filter(|it| slot.kind().parse(*it).is_some());
        let literals = literals.map(str::to_owned);
        samples::values(slot.kind())
            .into_iter()
            .chain(literals)
            .collect()
    });
    let tried: Vec<_> = tried.collect();
    samples::combinations(&tried).collect()
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
    /// A segment, with a text of two readings. Where a capture stands twice in it, the text may have two
    /// values for it; then no readings are shown.
    fn new(
        template: &'t PathTemplate,
        segment: Segment<'t>,
        common: Option<&Common>,
        mut values: Vec<String>,
    ) -> Self {
        let readings = common.map(|common| {
            [&common.left, &common.right].map(|texts| {
                let pieces = segment.pieces().zip(texts);
                let captures = pieces.filter_map(|(piece, text)| match piece {
                    Piece::Capture(place, slot) => Some((place, slot.name(), text.clone())),
                    Piece::Literal(_) | Piece::Part(..) => None,
                });
                captures.collect::<Vec<_>>()
            })
        });
        for (place, _, text) in readings.iter().flat_map(|[left, _]| left) {
            if let Some(value) = values.get_mut(*place) {
                value.clone_from(text);
            }
        }
        let agrees = |reading: &Vec<(usize, &str, String)>| {
            let value = |place: &usize| reading.iter().find(|(other, ..)| other == place);
            let is_same = |(place, _, text): &(usize, &str, String)| {
                value(place).is_some_and(|(_, _, other)| other == text)
            };
            reading.iter().all(is_same)
        };
        let has_part = segment
            .pieces()
            .any(|piece| matches!(piece, Piece::Part(..)));
        let readings = readings.filter(|readings| !has_part && readings.iter().all(agrees));
        let without_places = |reading: Vec<(usize, &'t str, String)>| {
            let values = reading.into_iter().map(|(_, name, text)| (name, text));
            values.collect::<Vec<_>>()
        };
        let names = template.captures().iter().map(CaptureSlot::name);
        Self {
            segment,
            readings: readings.map(|readings| readings.map(without_places)),
            values: names.zip(values).collect(),
        }
    }

    /// The path of a template with the values that its captures have here.
    fn text(&self, template: &PathTemplate) -> String {
        let value = |name: &str| self.values.iter().find(|(other, _)| *other == name);
        let slots = template.captures().iter();
        let values: Vec<_> = slots
            .map(|slot| {
                let value = value(slot.name()).map(|(_, value)| value.clone());
                value.unwrap_or_else(|| samples::value(slot.kind()))
            })
            .collect();
        samples::path(template, &values).unwrap_or_default()
    }
}

impl fmt::Display for Ambiguity<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let segment = self.segment;
        let Some([one, other]) = &self.readings else {
            return write!(
                formatter,
                "cannot be read for certain: in `{segment}` are more than {MOST_UNKNOWN} captures that stand nowhere else, or one twice beside another; write `/` between the captures"
            );
        };
        let reading = |values: &[(&str, String)]| {
            let values = values.iter().map(|(name, text)| format!("{name}=`{text}`"));
            values.collect::<Vec<_>>().join(" ")
        };
        let (one, other) = (reading(one), reading(other));
        write!(
            formatter,
            "can be read in two ways: `{segment}` has {one}, or {other}; write `/` between the captures, or types and literals that have no character in common"
        )
    }
}
