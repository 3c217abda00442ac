//! The report for people.

use std::collections::BTreeSet;
use std::fmt;

use signpost_logs::text::counted;
use strum::VariantArray as _;

use crate::smoke::judge::stage::Stage;
use crate::smoke::parity::answers::Aspect;
use crate::smoke::parity::certificates::Shown;
use crate::smoke::parity::compare::Compared;
use crate::smoke::parity::copy::Copy;
use crate::smoke::parity::groups::{Group, groups};
use crate::smoke::report::grid::{Cell, GREEN, Grid, RED, plain, shortened};

/// Behind a value that differs: what it means shows without colours too.
const MARK: &str = " !=";

pub(crate) struct Report {
    pub(crate) edge: String,
    pub(crate) revision: String,
    pub(crate) detours: Vec<String>,
    pub(crate) user_agent: String,
    /// What was left out, and why.
    pub(crate) notes: Vec<String>,
    pub(crate) files: Vec<Compared>,
    pub(crate) certificates: Vec<Shown>,
}

impl Report {
    /// All differences: those of files, then certificates that end too soon.
    pub(crate) fn differences(&self) -> Vec<Group> {
        let mut differences = groups(&self.files);
        differences.extend(self.certificates.iter().filter_map(|shown| {
            Some(Group {
                target: None,
                code: Stage::Certificate.code(),
                files: 0,
                of: 0,
                first: shown.host.clone(),
                message: shown.finding.clone()?,
            })
        }));
        differences
    }

    pub(crate) fn targets(&self) -> BTreeSet<&str> {
        let copies = self.files.iter().flat_map(|file| &file.copies);
        copies.map(|copy| copy.at.name.as_str()).collect()
    }

    fn rows(&self) -> Vec<Vec<Cell>> {
        let names = Aspect::VARIANTS.iter().map(|aspect| aspect.name());
        let heading = ["file", "target"].into_iter().chain(names);
        let mut rows = vec![heading.map(plain).collect()];
        for file in &self.files {
            let mut path = shortened(&file.probe.request);
            for copy in &file.copies {
                let mut row = vec![plain(std::mem::take(&mut path)), plain(&copy.at.name)];
                row.extend(Aspect::VARIANTS.iter().map(|aspect| cell(copy, *aspect)));
                rows.push(row);
            }
        }
        rows
    }
}

/// The table, the certificates, the differences in words, and their number last.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (edge, revision) = (&self.edge, &self.revision);
        writeln!(f, "targets of {edge}, configuration {revision}")?;
        for detour in &self.detours {
            writeln!(f, "with {detour}")?;
        }
        writeln!(f, "as {}\n", self.user_agent)?;
        write!(f, "{}", Grid(self.rows()))?;
        writeln!(f)?;
        for Shown {
            host,
            days_left,
            finding,
        } in &self.certificates
        {
            let (style, mark) = match finding {
                None => (anstyle::Style::new(), ""),
                Some(_) => (RED, MARK),
            };
            let left = days_left.map(|days| counted_days(days) + " left");
            let left = left.unwrap_or_else(|| "no end".to_owned());
            writeln!(f, "certificate of {host}: {style}{left}{mark}{style:#}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        let differences = self.differences();
        for difference in &differences {
            let code = difference.code;
            writeln!(f, "{RED}[{code}]{RED:#} {difference}")?;
        }
        let style = if differences.is_empty() { GREEN } else { RED };
        writeln!(
            f,
            "{style}{} at {}, {}{style:#}",
            counted(self.files.len(), "file"),
            counted(self.targets().len(), "target"),
            match differences.len() {
                0 => "no differences".to_owned(),
                number => counted(number, "difference"),
            }
        )
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            target: Some(target),
            files,
            of,
            first,
            message,
            ..
        } = self
        else {
            return f.write_str(&self.message);
        };
        let (all, of) = (*of, counted(*of, "file"));
        let whose = match *files {
            1 => format!("1 of {of}, {first}"),
            _ if *files == all => format!("all {of}, such as {first}"),
            files => format!("{files} of {of}, such as {first}"),
        };
        write!(f, "the target `{target}` differs for {whose}: {message}")
    }
}

fn cell(copy: &Copy, aspect: Aspect) -> Cell {
    let Some(value) = copy.value(aspect) else {
        return plain("-");
    };
    let value = aspect.shown(value);
    if copy.differs_in(aspect) {
        (value + MARK, RED)
    } else {
        plain(value)
    }
}

fn counted_days(days: i64) -> String {
    match u64::try_from(days) {
        Ok(days) => counted(days, "day"),
        Err(_) => format!("{days} days"),
    }
}
