//! The report for people.

use std::fmt::Write as _;

use anstyle::AnsiColor;
use signpost_logs::text::{counted, visible};

use super::report::{Compared, FileReport, Report};
use crate::file::Loaded;
use crate::findings;
use crate::output::Screen;

/// Writes each file's problems and warnings and a few words about it, then the differences between
/// the files.
///
/// Files that could not be read are reported on standard error.
pub(super) fn render(report: &Report, screen: Screen) -> String {
    let mut text = String::new();
    for file in report.files.iter().filter(|file| file.error.is_none()) {
        for findings in [&file.problems, &file.warnings] {
            text += &findings::render(&file.file, file.text.as_str(), findings, screen);
        }
        text += &summary(file);
    }
    if let Some((first, later)) = report.files.split_first() {
        for file in later.iter().filter(|file| file.error.is_none()) {
            let differences = report.differences.get(file.differences.clone());
            text += &comparison(first, file, differences.unwrap_or_default());
        }
    }
    text
}

fn summary(file: &FileReport) -> String {
    let name = visible(&file.file);
    let red = AnsiColor::Red.on_default().bold();
    let green = AnsiColor::Green.on_default();
    let yellow = AnsiColor::Yellow.on_default();
    let problems = match file.problems.len() {
        0 => format!("{green}no problem{green:#}"),
        number => format!("{red}{}{red:#}", counted(number, "problem")),
    };
    let warnings = match file.warnings.len() {
        0 => String::new(),
        number => format!(", {yellow}{}{yellow:#}", counted(number, "warning")),
    };
    let summary = format!("{name}: {problems}{warnings}");
    match (&file.loaded, file.entry) {
        (Some(loaded), Some(entry)) if file.problems.is_empty() => {
            format!("{summary}{}\n  {entry}\n", details(loaded))
        }
        _ => format!("{summary}\n"),
    }
}

fn details(loaded: &Loaded) -> String {
    let config = loaded.config();
    let routes = counted(config.patterns().count(), "route");
    let examples = match loaded.requests().count() {
        0 => "compiled".to_owned(),
        number => counted(number, "example"),
    };
    format!(" (revision {}, {routes}, {examples})", config.revision())
}

fn comparison(first: &FileReport, file: &FileReport, differences: &[Compared]) -> String {
    let (name, first_name) = (visible(&file.file), visible(&first.file));
    if first.error.is_some() {
        return format!("{name} was not compared with {first_name}, which could not be read\n");
    }
    if first.loaded.is_none() || file.loaded.is_none() {
        return format!("{name} was not compared with {first_name}: correct the problems first\n");
    }
    if differences.is_empty() {
        return format!("{name} says the same as {first_name}\n");
    }
    let mut text = format!("{name} differs from {first_name}:\n");
    for Compared {
        difference,
        allowed,
        file: _,
    } in differences
    {
        let verdict = if *allowed {
            "may differ"
        } else {
            "must not differ"
        };
        let shown = difference.to_string();
        let mut lines = shown.lines();
        let key = lines.next().unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {key} ({verdict})");
        for line in lines {
            let _ = writeln!(text, "  {line}");
        }
    }
    text
}
