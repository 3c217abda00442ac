//! What is wrong with a template as a whole, though each of its segments can be read.

use super::capture::CaptureSlot;
use super::capture_type::CaptureType;
use super::segment::Part;
use super::segments::Segments;

/// What is wrong with captures that may be several segments: one of them shares its segment, or there are
/// two.
pub(super) fn longer_segments(
    segments: &Segments<Part>,
    captures: &[CaptureSlot],
    is_path: bool,
) -> Vec<String> {
    let mut errors = Vec::new();
    let mut other: Option<&CaptureSlot> = None;
    for (parts, part) in segments
        .iter()
        .flat_map(|parts| parts.iter().map(move |it| (parts, it)))
    {
        let Some(slot) = part.capture().and_then(|it| captures.get(it)) else {
            continue;
        };
        let is_prefix = matches!(part, Part::Derived(_, part) if part.is_prefix());
        if *slot.kind() != CaptureType::Path && !is_prefix {
            continue;
        }
        let name = slot.name();
        if parts.len() > 1 {
            errors.push(format!(
                "`{name}` may be several segments and must stand alone between two slashes"
            ));
            continue;
        }
        // A location of 0.1 may repeat a path; authors are told by a check.
        let earlier = other.replace(slot);
        let earlier = earlier.filter(|it| is_path || is_prefix || it.name() != name);
        if let Some(earlier) = earlier.map(CaptureSlot::name) {
            errors.push(if earlier == name {
                format!("`{name}` may be several segments and stands twice; use it once")
            } else {
                format!(
                    "`{earlier}` and `{name}` may both be several segments, so the end of the first is not known; leave one out"
                )
            });
        }
    }
    errors
}

/// What is wrong with captures that the template does not have whole.
pub(super) fn unused_captures(segments: &Segments<Part>, captures: &[CaptureSlot]) -> Vec<String> {
    let mut errors = Vec::new();
    for (place, slot) in captures.iter().enumerate() {
        let parts = || segments.all_parts().iter();
        let is_it =
            |part: &Part| matches!(part, Part::Declared(it) | Part::Used(it) if *it == place);
        if parts().any(is_it) {
            continue;
        }
        let name = slot.name();
        let part = parts().find_map(|part| match part {
            Part::Derived(it, part) if *it == place => Some(part),
            _ => None,
        });
        errors.push(match part {
            Some(part) => format!(
                "`{{{name}.{part}}}` is only a part; write `{{{name}}}` as well, or the location does not tell which request it answers"
            ),
            None => format!(
                "the capture `{name}` of the path is not in the location, so two requests could lead to one file; use `{{{name}}}`, or list it in `unused` if the location has a sha256 or sha512"
            ),
        });
    }
    errors
}
