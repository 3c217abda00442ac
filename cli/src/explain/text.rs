//! An explanation as people read it: the outcome first, then every stage.

use std::fmt::{self, Display, Formatter, Write as _};

use anstyle::{AnsiColor, Style};

use super::explanation::{Answered, Built, Decided, Explanation, Sent};
use super::request::Arrived;
use super::routes::{Captured, TrialResult, Tried};
use super::words;

/// How wide prose is written. URLs are never broken, so that they can be copied.
const WIDTH: usize = 80;

impl Display for Explanation {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut page = Page {
            is_coloured: formatter.alternate(),
            out: formatter,
        };
        page.outcome(self)?;
        page.heading("1 Request")?;
        page.request(&self.request)?;
        page.heading("2 Route")?;
        page.routes(self)?;
        page.heading("3 Target")?;
        page.target(self.target.as_ref())?;
        page.heading("4 Location: its proof")?;
        page.proof(self.proof.as_deref())?;
        page.heading("5 Decision")?;
        page.decision(&self.decision)?;
        page.heading("6 Reply")?;
        page.reply(self)
    }
}

/// What a line begins with.
#[derive(Clone, Copy)]
enum Mark {
    Good,
    Bad,
    Neither,
}

struct Page<'p, 'f> {
    is_coloured: bool,
    out: &'p mut Formatter<'f>,
}

impl Page<'_, '_> {
    fn outcome(&mut self, explanation: &Explanation) -> fmt::Result {
        let decided = &explanation.decision;
        let (mark, words) = match (&explanation.reply, decided.reason, decided.refusal) {
            (Some(reply), ..) if reply.status == 200 => (Mark::Good, "200: JSON names".to_owned()),
            (Some(reply), ..) => (Mark::Good, format!("{}: redirected to", reply.status)),
            (None, reason, Some(refusal)) => (
                Mark::Bad,
                format!(
                    "The origin answers: {} ({refusal})",
                    reason.unwrap_or_default()
                ),
            ),
            (None, reason, None) => (
                Mark::Neither,
                format!("The origin answers: {}", reason.unwrap_or_default()),
            ),
        };
        let mark = self.mark(mark);
        writeln!(self.out, "{mark} {words}")?;
        match (&explanation.reply, &decided.location) {
            (Some(_), Some(location)) => writeln!(self.out, "  {location}"),
            _ => Ok(()),
        }
    }

    fn request(&mut self, arrived: &Arrived) -> fmt::Result {
        self.field("method", visible(&arrived.method))?;
        let host = match arrived.host.as_str() {
            "" => "(none: loops are found only where the host is known)".to_owned(),
            host => visible(host),
        };
        self.field("host", host)?;
        let mark = match (&arrived.hosts, arrived.applies) {
            (None, _) => None,
            (Some(_), true) => Some(Mark::Good),
            (Some(_), false) => Some(Mark::Bad),
        };
        match (&arrived.hosts, mark) {
            (Some(hosts), Some(mark)) => {
                let mark = self.mark(mark);
                self.field("hosts", format!("{mark} {}", hosts.join(", ")))?;
            }
            _ => self.field("hosts", "(not set: the routes apply to any host)")?,
        }
        self.field("path", visible(&arrived.path))?;
        if let Some(segments) = &arrived.segments {
            self.field("segments", visible(&segments.join(" · ")))?;
        }
        if let Some(malformed) = &arrived.malformed {
            let place = malformed
                .segment
                .map(|segment| place(&arrived.path, segment));
            if let Some((column, width)) = place {
                let carets = self.paint(Mark::Bad, &"^".repeat(width.max(1)));
                writeln!(self.out, "             {}{carets}", " ".repeat(column))?;
            }
            let what = if place.is_some() { "a segment" } else { "it" };
            self.marked(Mark::Bad, format!("malformed: {what} {}", malformed.why))?;
        }
        self.field(
            "accept",
            format!("the client wants {}", wanted(arrived.wants)),
        )?;
        if arrived.has_query {
            self.note("the query is dropped: it is never part of a decision or a location")?;
        }
        if arrived.has_fragment {
            self.note("the fragment is dropped: clients do not send it")?;
        }
        match &arrived.rewritten {
            Some(read) => {
                self.marked(Mark::Bad, "not known to be what the client sent")?;
                self.prose("    ", &format!(
                    "The platform reads URLs as browsers do before the edge sees them. Of this one it makes `{}`; \
                     the edge cannot tell what was sent, and does not redirect it.",
                    visible(read),
                ))
            }
            None => Ok(()),
        }
    }

    fn routes(&mut self, explanation: &Explanation) -> fmt::Result {
        let Some(tried) = &explanation.routes else {
            return self.note(if explanation.request.applies {
                "not reached: a malformed path is on no route"
            } else {
                "not reached: the routes do not apply to this host"
            });
        };
        for tried in tried {
            self.route(tried)?;
        }
        match explanation.decision.reason {
            Some("method-not-redirectable") => self.marked(
                Mark::Bad,
                format!(
                    "stops here: {} is neither GET nor HEAD",
                    visible(&explanation.request.method)
                ),
            ),
            Some("path-malformed") => self.marked(
                Mark::Bad,
                "stops here: the path is not known to be what was sent",
            ),
            _ => Ok(()),
        }
    }

    fn route(&mut self, tried: &Tried) -> fmt::Result {
        match &tried.result {
            TrialResult::NotTried => {
                let words = format!(
                    "{}: not tried, because an earlier route matched",
                    tried.route
                );
                return self.marked(Mark::Neither, words);
            }
            TrialResult::Matched { .. } => self.marked(Mark::Good, &tried.route)?,
            _ => self.marked(Mark::Bad, &tried.route)?,
        }
        writeln!(self.out, "    {}", tried.path)?;
        match &tried.result {
            TrialResult::NotTried => Ok(()),
            TrialResult::Matched { captures } => self.captures(captures),
            TrialResult::SegmentCount {
                expected,
                or_more,
                found,
            } => {
                let or_more = if *or_more { " or more" } else { "" };
                let expected = segments(*expected, or_more);
                self.prose("    ", &format!("takes {expected}; the path has {found}"))
            }
            TrialResult::Literal { segment, found, .. } => {
                self.underline(&tried.path, *segment)?;
                self.prose("    ", &format!("the path has `{}` there", visible(found)))
            }
            TrialResult::Capture { segment, captured } => {
                self.underline(&tried.path, *segment)?;
                let kind = words::kind(captured.kind);
                let text = visible(&captured.text);
                self.prose("    ", &format!("`{text}` is no {}: {kind}", captured.kind))
            }
        }
    }

    fn captures(&mut self, captures: &[Captured]) -> fmt::Result {
        let width = captures.iter().map(|capture| capture.name.len()).max();
        for Captured { name, kind, text } in captures {
            let width = width.unwrap_or_default();
            writeln!(self.out, "    {name:width$}  {} ({kind})", visible(text))?;
        }
        Ok(())
    }

    /// Points at a segment of a pattern on the line before.
    fn underline(&mut self, pattern: &str, segment: usize) -> fmt::Result {
        let (column, width) = place(pattern, segment);
        let carets = self.paint(Mark::Bad, &"^".repeat(width));
        writeln!(self.out, "    {}{carets}", " ".repeat(column))
    }

    fn target(&mut self, built: Option<&Built>) -> fmt::Result {
        let Some(built) = built else {
            return self.note("not reached");
        };
        self.field("target", &built.name)?;
        self.field("base", &built.base)?;
        self.field("template", &built.template)?;
        self.field("candidate", visible(&built.candidate))
    }

    fn proof(&mut self, proof: Option<&[Answered]>) -> fmt::Result {
        let Some(proof) = proof else {
            return self.note("not reached");
        };
        for answered in proof {
            let mark = match answered.holds {
                Some(true) => Mark::Good,
                Some(false) => Mark::Bad,
                None => Mark::Neither,
            };
            let (point, question) = (answered.point, answered.question);
            self.marked(mark, format!("{point:15}  {question}"))?;
            let indent = " ".repeat(21);
            self.prose(&indent, &visible(&answered.compared))?;
            if let Some(refusal) = answered.refusal {
                let refused = self.paint(Mark::Bad, &format!("refused: {refusal}"));
                writeln!(self.out, "{indent}{refused}")?;
            }
        }
        Ok(())
    }

    fn decision(&mut self, decided: &Decided) -> fmt::Result {
        let words = match decided.reason {
            None => decided.decision.to_owned(),
            Some(reason) => format!("{}: {reason}", decided.decision),
        };
        let mark = match (decided.reason, decided.refusal) {
            (None, _) => Mark::Good,
            (Some(_), Some(_)) => Mark::Bad,
            (Some(_), None) => Mark::Neither,
        };
        self.marked(mark, words)?;
        self.field("switch", &decided.switch)?;
        if let Some(percent) = decided.sent_from_percent {
            self.field(
                "rollout",
                format!("this file leaves from `enforce {percent}%` on"),
            )?;
        }
        self.prose("  meaning    ", decided.meaning)?;
        self.prose("  next       ", &decided.next)
    }

    fn reply(&mut self, explanation: &Explanation) -> fmt::Result {
        let Some(Sent {
            status,
            headers,
            body,
        }) = &explanation.reply
        else {
            writeln!(self.out, "  the origin's own, unchanged, and")?;
            return writeln!(
                self.out,
                "  signpost-decision: {}",
                explanation.decision.header
            );
        };
        writeln!(self.out, "  {status}")?;
        for header in headers {
            writeln!(self.out, "  {}: {}", header.name, header.value)?;
        }
        match (body.as_str(), explanation.request.method.as_str()) {
            ("", _) => Ok(()),
            (_, "HEAD") => self.note("no body is sent in answer to HEAD"),
            (body, _) => writeln!(self.out, "\n  {body}"),
        }
    }

    fn heading(&mut self, words: &str) -> fmt::Result {
        let style = self.style(Style::new().bold());
        writeln!(self.out, "\n{style}{words}{style:#}")
    }

    fn field(&mut self, name: &str, value: impl Display) -> fmt::Result {
        writeln!(self.out, "  {name:9}  {value}")
    }

    fn marked(&mut self, mark: Mark, words: impl Display) -> fmt::Result {
        let mark = self.mark(mark);
        writeln!(self.out, "  {mark} {words}")
    }

    fn note(&mut self, words: &str) -> fmt::Result {
        self.marked(Mark::Neither, words)
    }

    /// Writes sentences over as many lines as they need, below where they begin.
    fn prose(&mut self, beginning: &str, words: &str) -> fmt::Result {
        let indent = " ".repeat(beginning.chars().count());
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(beginning)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        writeln!(self.out, "{}", textwrap::fill(words, options))
    }

    fn mark(&self, mark: Mark) -> String {
        self.paint(
            mark,
            match mark {
                Mark::Good => "✓",
                Mark::Bad => "✗",
                Mark::Neither => "-",
            },
        )
    }

    fn paint(&self, mark: Mark, text: &str) -> String {
        let style = self.style(match mark {
            Mark::Good => AnsiColor::Green.on_default().bold(),
            Mark::Bad => AnsiColor::Red.on_default().bold(),
            Mark::Neither => Style::new().dimmed(),
        });
        format!("{style}{text}{style:#}")
    }

    fn style(&self, style: Style) -> Style {
        if self.is_coloured {
            style
        } else {
            Style::new()
        }
    }
}

/// The column and width of a segment in a path.
fn place(path: &str, segment: usize) -> (usize, usize) {
    let width = |text: &str| visible(text).chars().count();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let before: usize = segments
        .by_ref()
        .take(segment)
        .map(|text| width(text) + 1)
        .sum();
    (before + 1, segments.next().map_or(0, width))
}

fn segments(number: usize, or_more: &str) -> String {
    let plural = if number == 1 && or_more.is_empty() {
        ""
    } else {
        "s"
    };
    format!("{number}{or_more} segment{plural}")
}

fn wanted(wants: &str) -> &'static str {
    if wants == "json" {
        "the URL as JSON"
    } else {
        "a redirect"
    }
}

/// Text as it may be shown on a terminal: what would move the cursor or turn the line round is
/// escaped.
fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '"' | '\'' | '\\') {
            shown.push(character);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(shown, "{}", character.escape_debug());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{place, visible};

    #[test]
    fn what_could_deceive_on_a_terminal_is_escaped() {
        for (text, shown) in [
            ("/a'b\"c\\d ä", "/a'b\"c\\d ä"),
            ("\u{1b}[31m\r\n", "\\u{1b}[31m\\r\\n"),
            ("\u{202e}evil", "\\u{202e}evil"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn a_segment_has_a_place() {
        for (path, segment, expected) in [
            ("/a/bc/d", 0, (1, 1)),
            ("/a/bc/d", 1, (3, 2)),
            ("/a/bc/d", 2, (6, 1)),
            ("//a", 0, (1, 0)),
            ("/\r/a", 1, (4, 1)),
        ] {
            assert_eq!(place(path, segment), expected, "{path:?} {segment}");
        }
    }
}
