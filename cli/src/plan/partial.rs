//! Summaries in files, so that several machines can share the work of a plan.

use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::summary::{Planned, Summary};
use crate::file::in_words;
use crate::output::Failure;
use crate::replace::Replacement;

/// A summary as a file holds it.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    /// The version of everything below.
    signpost_plan: u64,
    summary: Summary,
}

/// What every version of the file has.
#[derive(Debug, Deserialize)]
struct Versioned {
    signpost_plan: u64,
}

const VERSION: u64 = 2;

/// Writes a summary into a file, whole or not at all.
pub(super) fn write(file: &Path, summary: Summary) -> Result<(), Failure> {
    let stored = Stored {
        signpost_plan: VERSION,
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
    for file in others {
        let summary = read(file)?;
        if let Some(why) = differs(&all.planned, &summary.planned) {
            return Err(Failure::new(format!(
                "{} cannot be added to {}: {why}; merge only summaries of the same plan",
                file.display(),
                first.display()
            )));
        }
        all.add(summary);
    }
    Ok(all)
}

/// Refuses summaries of other configurations than these.
pub(super) fn check(first: &Path, summary: &Summary, planned: &Planned) -> Result<(), Failure> {
    let with_targets = Planned {
        unhealthy: summary.planned.unhealthy.clone(),
        ..planned.clone()
    };
    match differs(&with_targets, &summary.planned) {
        Some(why) => Err(Failure::new(format!(
            "{} is not a summary of OLD and NEW: {why}; name the configurations that it was made with, or none",
            first.display()
        ))),
        None => Ok(()),
    }
}

fn read(file: &Path) -> Result<Summary, Failure> {
    let name = file.display();
    let bytes = fs::read(file)
        .map_err(|error| Failure::new(format!("cannot read {name}: {}", in_words(&error))))?;
    let other = |error: &serde_json::Error| {
        Failure::new(if error.is_eof() {
            format!("{name} breaks off; write it again with `signpost plan --partial {name}`")
        } else {
            format!("{name} is not a summary that `signpost plan --partial` wrote: {error}")
        })
    };
    let Versioned { signpost_plan } =
        serde_json::from_slice(&bytes).map_err(|error| other(&error))?;
    if signpost_plan != VERSION {
        return Err(Failure::new(format!(
            "{name} is a summary of version {signpost_plan}, and this signpost reads version {VERSION}; write it again with this signpost"
        )));
    }
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|error| other(&error))?;
    Ok(stored.summary)
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
    // A compiled configuration has no examples.
    (one.differences != other.differences)
        .then(|| "its configurations have other examples".to_owned())
}
