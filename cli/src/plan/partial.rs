//! Summaries in files, so that several machines can share the work of a plan.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::summary::{Planned, Summary};
use crate::file::in_words;
use crate::output::Failure;
use crate::replace::Replacement;

/// A summary as a file holds it.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    /// The version of everything below. It comes first: `BEGINNING` has it.
    signpost_plan: u64,
    /// The version of the program, since another one may answer in another way.
    signpost: String,
    summary: Summary,
}

/// What every version of the file has.
#[derive(Debug, Deserialize)]
struct Versioned {
    signpost_plan: u64,
    /// Older versions of the file do not have it.
    #[serde(default)]
    signpost: String,
}

const VERSION: u64 = 3;

const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// What every summary begins with.
const BEGINNING: &[u8] = br#"{"signpost_plan":"#;

/// Whether a file may be written over: it is new, or it begins as a summary does, however far it goes.
pub(super) fn can_replace(file: &Path) -> Result<bool, Failure> {
    // Anything else is refused once the summary is written.
    if !fs::metadata(file).is_ok_and(|found| found.is_file()) {
        return Ok(true);
    }
    let mut beginning = Vec::new();
    let most = u64::try_from(BEGINNING.len()).unwrap_or(u64::MAX);
    File::open(file)
        .and_then(|file| file.take(most).read_to_end(&mut beginning))
        .map_err(|error| cannot_read(file, &error))?;
    Ok(BEGINNING.starts_with(&beginning))
}

/// Writes a summary into a file, whole or not at all.
pub(super) fn write(file: &Path, mut summary: Summary) -> Result<(), Failure> {
    if summary.runs.is_empty() {
        let run = getrandom::u64()
            .map_err(|error| Failure::new(format!("cannot get a random number: {error}")))?;
        summary.runs.insert(run);
    }
    let stored = Stored {
        signpost_plan: VERSION,
        signpost: PROGRAM.to_owned(),
        summary,
    };
    let text = serde_json::to_string(&stored)
        .map_err(|error| Failure::new(format!("cannot write JSON: {error}")))?;
    Replacement::prepare(file, &(text + "\n"))?.commit()
}

/// Reads summaries and adds them in the order of the files.
pub(super) fn merge<'f>(
    first: &'f Path,
    others: impl IntoIterator<Item = &'f Path>,
) -> Result<Summary, Failure> {
    let mut all = read(first)?;
    let mut added: BTreeMap<_, _> = all.runs.iter().map(|run| (*run, (0, first))).collect();
    for (place, file) in (1_usize..).zip(others) {
        let summary = read(file)?;
        let refused = |why| {
            let (file, first) = (file.display(), first.display());
            Failure::new(format!("{file} cannot be added to {first}: {why}"))
        };
        if let Some(why) = differs(&all.planned, &summary.planned) {
            let why = format!("{why}; merge only summaries of the same plan");
            return Err(refused(why));
        }
        // The numbers of runs are random, and so is their order.
        let has = summary.runs.iter().filter_map(|run| added.get(run));
        if let Some((_, earlier)) = has.min_by_key(|(place, _)| *place) {
            let earlier = earlier.display();
            return Err(refused(format!(
                "{earlier} has its requests already; name each summary once, and none beside a sum that has it"
            )));
        }
        let lines = all.lines().zip(summary.lines());
        if lines.is_none_or(|(one, other)| one.checked_add(other).is_none()) {
            let why = "together they count more lines than there can be, so that one is damaged; write it again";
            return Err(refused(why.to_owned()));
        }
        added.extend(summary.runs.iter().map(|run| (*run, (place, file))));
        all.add(summary);
    }
    Ok(all)
}

/// Refuses summaries of other configurations than these.
pub(super) fn check(first: &Path, summary: &Summary, planned: &Planned) -> Result<(), Failure> {
    let with_options = Planned {
        unhealthy: summary.planned.unhealthy.clone(),
        next: summary.planned.next,
        ..planned.clone()
    };
    match differs(&with_options, &summary.planned) {
        Some(why) => Err(Failure::new(format!(
            "{} is not a summary of OLD and NEW: {why}; name the configurations that it was made with, or none",
            first.display()
        ))),
        None => Ok(()),
    }
}

fn read(file: &Path) -> Result<Summary, Failure> {
    let name = file.display();
    let bytes = fs::read(file).map_err(|error| cannot_read(file, &error))?;
    let other = |error: &serde_json::Error| {
        Failure::new(if error.is_eof() {
            format!("{name} breaks off; write it again with `signpost plan --partial {name}`")
        } else {
            format!("{name} is not a summary that `signpost plan --partial` wrote: {error}")
        })
    };
    let Versioned {
        signpost_plan,
        signpost,
    } = serde_json::from_slice(&bytes).map_err(|error| other(&error))?;
    if signpost_plan != VERSION {
        return Err(Failure::new(format!(
            "{name} is a summary of version {signpost_plan}, and this signpost reads version {VERSION}; write it again with this signpost"
        )));
    }
    if signpost != PROGRAM {
        return Err(Failure::new(format!(
            "signpost {signpost} wrote {name}, and this is signpost {PROGRAM}, which may answer in another way; write it again with this signpost"
        )));
    }
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| other(&error))?;
    match stored.summary.damage() {
        Some(why) => Err(Failure::new(format!(
            "{name} is damaged: {why}; write it again with `signpost plan --partial {name}`"
        ))),
        None => Ok(stored.summary),
    }
}

fn cannot_read(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!(
        "cannot read {}: {}",
        file.display(),
        in_words(error)
    ))
}

/// How the second plan is another than the first, if it is.
fn differs(one: &Planned, other: &Planned) -> Option<String> {
    let revision = |revision: &Option<String>| match revision {
        Some(revision) => format!("the revision {revision}"),
        None => "`none`".to_owned(),
    };
    let targets = |names: &[String]| match names {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    if one.old != other.old {
        let (one, other) = (revision(&one.old), revision(&other.old));
        return Some(format!("its OLD is {other}, not {one}"));
    }
    if one.new != other.new {
        let (one, other) = (&one.new, &other.new);
        return Some(format!("its NEW is the revision {other}, not {one}"));
    }
    if one.unhealthy != other.unhealthy {
        let (one, other) = (targets(&one.unhealthy), targets(&other.unhealthy));
        return Some(format!("its unhealthy targets are {other}, not {one}"));
    }
    if one.next != other.next {
        let share = |next: Option<u8>| next.map_or("none".to_owned(), |it| format!("{it}%"));
        let (one, other) = (share(one.next), share(other.next));
        return Some(format!("its share of `next` is {other}, not {one}"));
    }
    // A compiled configuration has no examples.
    (one.differences != other.differences)
        .then(|| "its configurations have other examples".to_owned())
}
