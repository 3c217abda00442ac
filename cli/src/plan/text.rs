//! The plan for people.

use std::fmt::{self, Display, Formatter};

use indicatif::HumanCount;

use super::value::{Group, Kind, Place, Plan, Sample, Shape, UnreadableLines};
use crate::differences::Difference;
use crate::text::{counted, visible};

impl Display for Plan {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (requests, same, changed) = (self.requests, self.same, self.changed());
        let noun = counted(requests, "request");
        let (same, changed) = (HumanCount(same), HumanCount(changed));
        writeln!(formatter, "{noun}: {same} same, {changed} changed")?;
        for (kind, number) in &self.changed {
            if *number > 0 {
                writeln!(formatter, "{:>12}  {kind}", HumanCount(*number).to_string())?;
            }
        }
        if !self.unhealthy.is_empty() {
            let names = visible(&self.unhealthy.join(", "));
            writeln!(formatter, "\nUnhealthy in the new configuration: {names}")?;
        }
        if let Some(why) = &self.incomplete {
            writeln!(formatter, "\nNot all requests were read: {}", visible(why))?;
        }
        self.write_unreadable(formatter)?;
        if !self.differences.is_empty() {
            writeln!(formatter, "\nThe configurations differ:")?;
            write_differences(formatter, "  ", &self.differences)?;
        }
        for group in &self.groups {
            write!(formatter, "\n{group}")?;
        }
        if let Some(why) = &self.too_little_read {
            writeln!(formatter, "\nToo little was read: {why}.")?;
        }
        match (self.is_empty(), &self.incomplete) {
            (false, _) | (true, Some(_)) => Ok(()),
            (true, None) if self.unreadable.is_empty() => {
                writeln!(formatter, "\nNothing changes.")
            }
            // The unread lines may have changed.
            (true, None) => writeln!(
                formatter,
                "\nNothing changes for the {noun} that could be read."
            ),
        }
    }
}

impl Plan {
    /// The lines that are not requests.
    pub(super) fn write_unreadable(&self, formatter: &mut impl fmt::Write) -> fmt::Result {
        if !self.unreadable.is_empty() {
            let noun = counted(self.unreadable_lines(), "line");
            writeln!(formatter, "\n{noun} cannot be read and so not planned for:")?;
        }
        for unreadable in &self.unreadable {
            write!(formatter, "{unreadable}")?;
        }
        if self.blank_lines > 0 {
            let noun = counted(self.blank_lines, "line");
            writeln!(formatter, "\n{noun} held nothing.")?;
        }
        Ok(())
    }
}

impl Display for UnreadableLines {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (lines, why) = (HumanCount(self.lines).to_string(), self.why.words());
        writeln!(formatter, "{lines:>12}  {why}")?;
        for sample in &self.samples {
            let text = visible(&sample.text);
            writeln!(formatter, "{:14}{}: {text}", "", sample.place)?;
        }
        Ok(())
    }
}

impl Display for Group {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let noun = counted(self.requests, "request");
        writeln!(formatter, "{}: {noun}", self.kind)?;
        write_pair(
            formatter,
            "  ",
            &self.old.to_string(),
            &self.new.to_string(),
        )?;
        write_differences(formatter, "  ", &self.differences)?;
        for sample in &self.samples {
            write!(formatter, "{sample}")?;
        }
        Ok(())
    }
}

impl Display for Shape {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect {
                route,
                location,
                status,
            } => {
                let form = if *status == 200 { ", as JSON" } else { "" };
                write!(formatter, "{location}  (route {route}{form})")
            }
            Self::Origin {
                route,
                reason,
                refusal,
            } => {
                let refusal = refusal.map(|refusal| format!(", {refusal}"));
                let route = route.as_ref().map(|route| format!(", route {route}"));
                let (refusal, route) = (refusal.unwrap_or_default(), route.unwrap_or_default());
                write!(formatter, "the origin  ({reason}{refusal}{route})")
            }
        }
    }
}

impl Display for Sample {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let (place, method, url) = (&self.place, visible(&self.method), visible(&self.url));
        writeln!(formatter, "    {place}: {method} {url}")?;
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old == new => writeln!(formatter, "      = {old}"),
            (Some(old), Some(new)) => write_pair(formatter, "      ", old, new),
            (Some(old), None) => writeln!(formatter, "      - {old}"),
            (None, Some(new)) => writeln!(formatter, "      + {new}"),
            (None, None) => Ok(()),
        }
    }
}

impl Display for Place {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(formatter, "line {number}"),
            Self::Example(route) => write!(formatter, "example of {route}"),
        }
    }
}

impl Display for Kind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RedirectElsewhere => "redirect → redirect elsewhere",
            Self::OtherAnswer => "redirect → same location, another answer",
            Self::RedirectToOrigin => "redirect → origin",
            Self::OriginToRedirect => "origin → redirect",
            Self::OtherReason => "origin → origin, for another reason",
        })
    }
}

/// Writes the old above the new, with a mark below the first difference.
fn write_pair(formatter: &mut Formatter<'_>, indent: &str, old: &str, new: &str) -> fmt::Result {
    if old == new {
        return writeln!(formatter, "{indent}= {old}");
    }
    writeln!(formatter, "{indent}- {old}\n{indent}+ {new}")?;
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(old, new)| old == new);
    match same.count() {
        0 => Ok(()),
        same => writeln!(formatter, "{indent}  {:same$}^", ""),
    }
}

fn write_differences(
    formatter: &mut Formatter<'_>,
    indent: &str,
    differences: &[Difference],
) -> fmt::Result {
    for difference in differences {
        for line in difference.to_string().lines() {
            writeln!(formatter, "{indent}{line}")?;
        }
    }
    Ok(())
}
