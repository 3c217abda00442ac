//! Where a path stops fitting a template.

use std::borrow::Cow;

use super::capture::CaptureSlot;
use super::segment::Segment;

/// Where a path stops fitting a template. Segments are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch<'t, 'p> {
    /// The path has another number of segments than the template.
    SegmentCount {
        /// The fewest segments that the template takes.
        at_least: usize,
        /// The most segments that it takes; `None` if a capture is of type `path`.
        at_most: Option<usize>,
        /// How many segments the path has.
        found: usize,
    },
    /// A segment does not have the literals that the template has there.
    Literal {
        /// The segment of the path.
        segment: usize,
        /// The segment of the template. It is another number after a capture of several segments.
        of_template: usize,
        /// What the template has there.
        expected: Segment<'t>,
        /// What the path has there, decoded.
        found: &'p str,
    },
    /// Every segment has its literals, and a capture does not fit: its text is not of the type, is not
    /// what the capture is elsewhere in the path, or has not the part that stands elsewhere.
    Capture {
        /// The segment of the path at which the capture begins.
        segment: usize,
        /// The segment of the template.
        of_template: usize,
        /// The capture.
        slot: &'t CaptureSlot,
        /// What the path has there, decoded.
        found: Cow<'p, str>,
    },
}
