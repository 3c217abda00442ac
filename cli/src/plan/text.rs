//! The plan for people.

use std::fmt::{self, Display, Formatter};

use indicatif::HumanCount;
use signpost_logs::text::{counted, visible};

use super::loops::{Hop, is_of_caches};
use super::parts::{Group, Kind, Place, Sample, Shape, UnreadableLines};
use super::shares;
use super::value::Plan;
use crate::differences::Difference;

impl Display for Plan {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let noun = counted(self.requests, "request");
        self.write_numbers(f, &noun)?;
        if !self.unhealthy.is_empty() {
            let names = visible(&self.unhealthy.join(", "));
            writeln!(f, "\nUnhealthy in the new configuration: {names}")?;
        }
        if let Some(next) = &self.next {
            write!(f, "{next}")?;
        }
        if let Some(why) = &self.incomplete {
            writeln!(f, "\nNot all requests were read: {}", visible(why))?;
        }
        self.write_unreadable(f)?;
        if let Some(routes) = &self.routes {
            shares::write(f, routes, self.is_first)?;
        }
        if let Some(unrouted) = &self.unrouted {
            write!(f, "{unrouted}")?;
        }
        if let Some(cost) = &self.cost {
            write!(f, "{cost}")?;
        }
        if !self.differences.is_empty() {
            writeln!(f, "\nThe configurations differ:")?;
            write_differences(f, "  ", &self.differences)?;
        }
        let is_left = |group: &&Group| self.is_first && group.kind == Kind::OtherReason;
        for group in self.groups.iter().filter(|group| !is_left(group)) {
            write!(f, "\n{group}")?;
        }
        let mut left = self.groups.iter().filter(is_left).peekable();
        if left.peek().is_some() {
            writeln!(f, "\nleft at the origin, by reason:")?;
        }
        for group in left {
            let noun = counted(group.requests, "request");
            writeln!(f, "  {}: {noun}", Why(&group.new))?;
            for sample in &group.samples {
                write!(f, "{sample}")?;
            }
        }
        if let Some(why) = &self.too_little_read {
            writeln!(f, "\nToo little was read: {why}.")?;
        }
        match (self.is_empty(), &self.incomplete) {
            (false, _) | (true, Some(_)) => Ok(()),
            (true, None) if self.unreadable.is_empty() => {
                writeln!(f, "\nNothing changes.")
            }
            // The unread lines may have changed.
            (true, None) => writeln!(f, "\nNothing changes for the {noun} that could be read."),
        }
    }
}

impl Plan {
    /// How many requests change, and how.
    fn write_numbers(&self, f: &mut Formatter<'_>, requests: &str) -> fmt::Result {
        if self.is_first {
            let number = |kind| HumanCount(self.changed.get(&kind).copied().unwrap_or_default());
            let redirected = number(Kind::OriginToRedirect);
            let left = number(Kind::OtherReason);
            return writeln!(
                f,
                "{requests}: {redirected} redirected, {left} left at the origin"
            );
        }
        let (same, changed) = (HumanCount(self.same), HumanCount(self.changed()));
        writeln!(f, "{requests}: {same} same, {changed} changed")?;
        let mut changed = self.changed.iter().filter(|(_, number)| **number > 0);
        changed.try_for_each(|(kind, number)| {
            writeln!(f, "{:>12}  {kind}", HumanCount(*number).to_string())
        })?;
        let mut loops = self.groups.iter().filter_map(|it| it.looping.as_deref());
        let whose = if loops.all(is_of_caches) {
            " for clients that kept an old redirect"
        } else {
            ""
        };
        match self.looping {
            0 => Ok(()),
            looping => writeln!(
                f,
                "{:>12}  of these can loop{whose}",
                HumanCount(looping).to_string()
            ),
        }
    }

    /// The lines that are not requests.
    pub(super) fn write_unreadable(&self, f: &mut impl fmt::Write) -> fmt::Result {
        if !self.unreadable.is_empty() {
            let noun = counted(self.unreadable_lines(), "line");
            writeln!(f, "\n{noun} cannot be read and so not planned for:")?;
        }
        for unreadable in &self.unreadable {
            write!(f, "{unreadable}")?;
        }
        if self.blank_lines > 0 {
            let noun = counted(self.blank_lines, "line");
            writeln!(f, "\n{noun} held nothing.")?;
        }
        Ok(())
    }
}

impl Display for UnreadableLines {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (lines, why) = (HumanCount(self.lines).to_string(), self.why);
        writeln!(f, "{lines:>12}  {why}")?;
        for sample in &self.samples {
            let text = visible(&sample.text);
            writeln!(f, "{:14}{}: {text}", "", sample.place)?;
            if sample.detail != why.to_string() {
                writeln!(f, "{:16}{}", "", visible(&sample.detail))?;
            }
        }
        Ok(())
    }
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let noun = counted(self.requests, "request");
        writeln!(f, "{}: {noun}", self.kind)?;
        write_pair(f, "  ", &self.old.to_string(), &self.new.to_string())?;
        write_differences(f, "  ", &self.differences)?;
        if let Some(kept) = &self.kept {
            writeln!(f, "  {kept}")?;
        }
        if let Some(hops) = &self.looping {
            write_loop(f, hops)?;
        }
        for sample in &self.samples {
            write!(f, "{sample}")?;
        }
        Ok(())
    }
}

/// Why the origin answers.
struct Why<'s>(&'s Shape);

impl Display for Why<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Shape::Origin {
            route,
            reason,
            refusal,
        } = self.0
        else {
            return Ok(());
        };
        f.write_str(reason)?;
        let refusal = refusal.as_ref().map(|refusal| format!(", {refusal}"));
        let route = route.as_ref().map(|route| format!(", route {route}"));
        let mut rest = [refusal, route].into_iter().flatten();
        rest.try_for_each(|words| f.write_str(&words))
    }
}

impl Display for Shape {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect {
                route,
                location,
                status,
            } => {
                let form = if *status == 200 { ", as JSON" } else { "" };
                write!(f, "{location}  (route {route}{form})")
            }
            Self::Origin { .. } => write!(f, "the origin  ({})", Why(self)),
        }
    }
}

impl Display for Sample {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (place, method, url) = (&self.place, visible(&self.method), visible(&self.url));
        writeln!(f, "    {place}: {method} {url}")?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old == new => writeln!(f, "      = {old}"),
            (Some(old), Some(new)) => write_pair(f, "      ", old, new),
            (Some(old), None) => writeln!(f, "      - {old}"),
            (None, Some(new)) => writeln!(f, "      + {new}"),
            (None, None) => Ok(()),
        }
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line { file: None, line } => write!(f, "line {line}"),
            Self::Line {
                file: Some(file),
                line,
            } => write!(f, "{} line {line}", visible(file)),
            Self::Example { example } if example.is_empty() => f.write_str("example"),
            Self::Example { example } => write!(f, "example of {example}"),
        }
    }
}

fn write_loop(f: &mut Formatter<'_>, hops: &[Hop]) -> fmt::Result {
    let whose = if is_of_caches(hops) {
        "clients that kept an old redirect"
    } else {
        "every client"
    };
    writeln!(f, "  Loop, for {whose}:")?;
    if let Some(first) = hops.first() {
        writeln!(f, "      {}", visible(&first.url))?;
    }
    hops.iter().try_for_each(|hop| write!(f, "{hop}"))
}

impl Display for Hop {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (location, route, target) = (&self.location, &self.route, &self.target);
        let choice = if self.is_first {
            ""
        } else {
            ", not the first choice"
        };
        let by = match (&self.kept, &self.entry) {
            (Some(kept), _) => format!("old, kept {}", kept.time()),
            (None, Some(entry)) => format!("`{entry}`"),
            (None, None) => "new".to_owned(),
        };
        writeln!(
            f,
            "    → {location}  ({by}; route {route}, target {target}{choice})"
        )
    }
}

/// Writes the old above the new, with a mark below the first difference.
fn write_pair(f: &mut Formatter<'_>, indent: &str, old: &str, new: &str) -> fmt::Result {
    if old == new {
        return writeln!(f, "{indent}= {old}");
    }
    writeln!(f, "{indent}- {old}\n{indent}+ {new}")?;
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(old, new)| old == new);
    match same.count() {
        0 => Ok(()),
        same => writeln!(f, "{indent}  {:same$}^", ""),
    }
}

fn write_differences(
    f: &mut Formatter<'_>,
    indent: &str,
    differences: &[Difference],
) -> fmt::Result {
    for difference in differences {
        for line in difference.to_string().lines() {
            writeln!(f, "{indent}{line}")?;
        }
    }
    Ok(())
}
