//! Cycles among the files of a crate.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use super::Source;

/// The cycles among files, each by its shortest path. No file is in two of them.
pub fn cycles(sources: &[Source]) -> Vec<Vec<&Path>> {
    let by_module: BTreeMap<_, _> = sources
        .iter()
        .map(|source| (source.module.as_str(), source))
        .collect();
    let mut seen = BTreeSet::new();
    let mut cycles = Vec::new();
    for source in sources {
        let Some(cycle) = cycle_through(source, &by_module) else {
            continue;
        };
        if !cycle.iter().any(|file| seen.contains(&file.module)) {
            cycles.push(cycle.iter().map(|file| file.path.as_path()).collect());
            seen.extend(cycle.iter().map(|file| &file.module));
        }
    }
    cycles
}

/// Checks that no file imports itself through others.
///
/// # Panics
///
/// If one does. The message has the files of each cycle.
#[track_caller]
pub fn assert_no_cycle(sources: &[Source]) {
    let cycles: Vec<_> = cycles(sources)
        .iter()
        .map(|cycle| {
            let files = cycle.iter().map(|file| file.display().to_string());
            files.collect::<Vec<_>>().join("\n  imports ")
        })
        .collect();
    assert!(cycles.is_empty(), "{}", cycles.join("\n"));
}

fn cycle_through<'s>(
    start: &'s Source,
    by_module: &BTreeMap<&str, &'s Source>,
) -> Option<Vec<&'s Source>> {
    let mut came_from: BTreeMap<&str, &Source> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(source) = next.pop_front() {
        for import in &source.imports {
            let Some(&imported) = by_module.get(import.as_str()) else {
                continue;
            };
            if came_from.contains_key(imported.module.as_str()) {
                continue;
            }
            came_from.insert(&imported.module, source);
            next.push_back(imported);
        }
        let Some(&last) = came_from.get(start.module.as_str()) else {
            continue;
        };
        let mut cycle = vec![last];
        while let Some(&file) = cycle.last()
            && file.module != start.module
        {
            cycle.extend(came_from.get(file.module.as_str()));
        }
        cycle.reverse();
        return Some(cycle);
    }
    None
}
