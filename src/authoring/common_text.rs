//! Finds a text that two sequences of literals and captures can both be, or that one can be in two
//! ways.
//!
//! Both are read byte by byte at once, so what is found is the shortest such text, and nothing is
//! overlooked. Every state is looked at once, so the time does not grow with the number of ways.

use std::collections::HashSet;

use super::language::Language;

/// What a segment consists of.
#[derive(Clone)]
pub(super) enum Unit {
    Literal(String),
    Language(Language),
}

/// A text, and what each unit of the two sequences is of it.
pub(super) struct Common {
    pub(super) text: String,
    pub(super) left: Vec<String>,
    pub(super) right: Vec<String>,
}

/// The shortest text that both can be.
pub(super) fn common_text(left: &[Unit], right: &[Unit]) -> Option<Common> {
    search(left, right, false)
}

/// The shortest text that can be read in two ways, with both.
pub(super) fn read_in_two_ways(units: &[Unit]) -> Option<Common> {
    search(units, units, true)
}

/// Where the reading of a sequence is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Run {
    unit: usize,
    /// Of a literal, how many bytes were read; of a language, its state.
    state: u32,
}

/// A step of the search, with the step before it.
struct Step {
    before: usize,
    byte: u8,
    left: Run,
    right: Run,
    /// Whether the two readings have ended a unit at different places.
    differ: bool,
}

fn search(left: &[Unit], right: &[Unit], must_differ: bool) -> Option<Common> {
    let alphabet = alphabet(left.iter().chain(right));
    let first = Step {
        before: 0,
        byte: 0,
        left: start(left, 0),
        right: start(right, 0),
        differ: !must_differ,
    };
    let mut seen = HashSet::from([(first.left, first.right, first.differ)]);
    let mut steps = vec![first];
    let mut number = 0;
    while let Some(step) = steps.get(number) {
        let (from_left, from_right, differ) = (step.left, step.right, step.differ);
        if from_left.unit == left.len() && from_right.unit == right.len() && differ {
            return Some(trace(&steps, number, left.len(), right.len()));
        }
        for byte in &alphabet {
            for left in next(left, from_left, *byte).into_iter().flatten() {
                for right in next(right, from_right, *byte).into_iter().flatten() {
                    let differ = differ || left.unit != right.unit;
                    if seen.insert((left, right, differ)) {
                        steps.push(Step {
                            before: number,
                            byte: *byte,
                            left,
                            right,
                            differ,
                        });
                    }
                }
            }
        }
        number += 1;
    }
    None
}

fn start(units: &[Unit], unit: usize) -> Run {
    let state = match units.get(unit) {
        Some(Unit::Language(language)) => language.start(),
        Some(Unit::Literal(_)) | None => 0,
    };
    Run { unit, state }
}

/// Where a reading can be after one more byte: in the same unit, and at the start of the next one.
fn next(units: &[Unit], run: Run, byte: u8) -> [Option<Run>; 2] {
    let (goes_on, ends) = match units.get(run.unit) {
        Some(Unit::Literal(literal)) => {
            let read = run.state as usize;
            if literal.as_bytes().get(read) != Some(&byte) {
                return [None, None];
            }
            let ends = read + 1 == literal.len();
            ((!ends).then_some(run.state + 1), ends)
        }
        Some(Unit::Language(language)) => {
            let state = language.next(run.state, byte);
            (state, state.is_some_and(|state| language.may_end(state)))
        }
        None => return [None, None],
    };
    let goes_on = goes_on.map(|state| Run { state, ..run });
    [goes_on, ends.then(|| start(units, run.unit + 1))]
}

/// One byte of each kind that the types tell apart, and every byte of the literals. Letters come first,
/// so that what is shown looks like a name.
fn alphabet<'u>(units: impl Iterator<Item = &'u Unit>) -> Vec<u8> {
    let mut alphabet = b"a0g1AG-._+~".to_vec();
    for unit in units {
        alphabet.extend(match unit {
            Unit::Literal(literal) => literal.bytes(),
            Unit::Language(language) => language.bytes().bytes(),
        });
    }
    let mut seen = HashSet::new();
    alphabet.retain(|byte| seen.insert(*byte));
    alphabet
}

/// Goes back to the start, and gives each unit the bytes that it was read from.
fn trace(steps: &[Step], last: usize, left: usize, right: usize) -> Common {
    let mut common = Common {
        text: String::new(),
        left: vec![String::new(); left],
        right: vec![String::new(); right],
    };
    let mut path = Vec::new();
    let mut number = last;
    while let Some(step) = steps.get(number).filter(|_| number > 0) {
        path.push(step);
        number = step.before;
    }
    for step in path.into_iter().rev() {
        let byte = char::from(step.byte);
        common.text.push(byte);
        // A byte belongs to the unit in which the reading was before it.
        let units = steps
            .get(step.before)
            .map(|it| (it.left.unit, it.right.unit));
        let (left, right) = units.unwrap_or_default();
        let left = common.left.iter_mut().skip(left).take(1);
        let right = common.right.iter_mut().skip(right).take(1);
        for text in left.chain(right) {
            text.push(byte);
        }
    }
    common
}
