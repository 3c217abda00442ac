//! An explanation for people: the outcome first, then every stage.

use std::fmt::{self, Display, Formatter};

use signpost_logs::text::{counted, visible};

use super::explanation::{Answered, Built, Decided, Explanation, OnSide, Sent};
use super::page::{Mark, Page, place};
use super::request::Arrived;
use super::routes::{Captured, TrialResult, Tried};
use super::words;

impl Display for Explanation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut page = Page {
            is_coloured: f.alternate(),
            out: f,
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
        page.decision(&self.decision, self.side.as_ref())?;
        page.heading("6 Reply")?;
        page.reply(self)
    }
}

impl Page<'_, '_> {
    fn outcome(&mut self, explanation: &Explanation) -> fmt::Result {
        let decided = &explanation.decision;
        let reason = decided.reason.unwrap_or_default();
        let (mark, words) = match (&explanation.reply, decided.refusal) {
            (Some(reply), _) if reply.status == 200 => (Mark::Good, "200: JSON names".to_owned()),
            (Some(reply), _) => (Mark::Good, format!("{}: redirected to", reply.status)),
            (None, Some(refusal)) => {
                let words = format!("The origin answers: {reason} ({refusal})");
                (Mark::Bad, words)
            }
            (None, None) => (Mark::Neither, format!("The origin answers: {reason}")),
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
        let applies = if arrived.applies {
            Mark::Good
        } else {
            Mark::Bad
        };
        let hosts = match &arrived.hosts {
            Some(hosts) => format!("{} {}", self.mark(applies), hosts.join(", ")),
            None => "(not set: the routes apply to any host)".to_owned(),
        };
        self.field("hosts", hosts)?;
        if let Some(typed) = &arrived.typed {
            self.field("typed", visible(typed))?;
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
        let wanted = match arrived.wants {
            "json" => "the URL as JSON",
            "preflight" => "to know whether a page may ask",
            _ => "a redirect",
        };
        self.field("accept", format!("the client wants {wanted}"))?;
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
            None if arrived.typed.iter().any(|typed| typed.contains('\\')) => self.prose(
                "  - ",
                "the platform reads a backslash as a slash before the edge sees it, which then cannot \
                 tell it from one",
            ),
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
            _ if explanation.decision.is_too_long => {
                let words = "stops here: the location would be longer than 2,048 bytes at a target of the route";
                self.marked(Mark::Bad, words)
            }
            Some("capture-invalid" | "name-invalid" | "version-invalid")
                if tried.iter().any(Tried::is_matched) =>
            {
                let words = "stops here: a capture is too short for what the location takes of it";
                self.marked(Mark::Bad, words)
            }
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
                at_least,
                at_most,
                found,
            } => {
                let expected = match at_most {
                    None => format!("{at_least} or more segments"),
                    Some(most) if most == at_least => counted(*most, "segment"),
                    Some(most) => format!("{at_least} to {most} segments"),
                };
                self.prose("    ", &format!("takes {expected}; the path has {found}"))
            }
            TrialResult::Literal {
                pattern_segment,
                found,
                ..
            } => {
                self.underline(&tried.path, *pattern_segment)?;
                self.prose("    ", &format!("the path has `{}` there", visible(found)))
            }
            TrialResult::Capture {
                pattern_segment,
                is_repeated,
                elsewhere,
                captured: Captured { name, kind, text },
                ..
            } => {
                self.underline(&tried.path, *pattern_segment)?;
                let text = visible(text);
                let words = match elsewhere {
                    Some(value) => {
                        let value = visible(value);
                        format!("`{text}` does not fit `{name}`, which is `{value}` in this path")
                    }
                    None if *is_repeated => {
                        format!("`{text}` does not fit what `{name}` is elsewhere in the path")
                    }
                    None => format!("`{text}` is not a valid `{kind}`: {}", words::kind(kind)),
                };
                self.prose("    ", &words)
            }
            TrialResult::OtherHost { hosts } => {
                let hosts = hosts.join(", ");
                self.prose("    ", &format!("applies to another host: {hosts}"))
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

    /// Underlines a segment of the pattern on the line before.
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
        if built.order.len() > 1 {
            self.field("order", built.order.join(", then "))?;
        }
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

    fn decision(&mut self, decided: &Decided, side: Option<&OnSide>) -> fmt::Result {
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
                format!("this file is redirected from `enforce {percent}%` on"),
            )?;
        }
        if let Some(side) = side {
            self.side(side)?;
        }
        if let Some(because) = decided.because {
            self.field("because", because)?;
        }
        if let Some(attempt) = decided.attempt {
            self.field("attempt", format!("{attempt} within the window of [retry]"))?;
        }
        self.prose("  meaning    ", decided.meaning)?;
        self.prose("  next       ", &decided.next)
    }

    fn side(&mut self, on: &OnSide) -> fmt::Result {
        let words = match (on.side, on.next_from_percent) {
            (side, None) => side.to_owned(),
            ("next", Some(percent)) => format!("next, from `next {percent}%` on"),
            (side, Some(percent)) => format!("{side}; next from `next {percent}%` on"),
        };
        self.field("side", words)?;
        let (entry, revision) = (on.answered_by, &on.revision);
        self.field("answers", format!("{entry}, revision {revision}"))?;
        match (on.next_reason, on.next_refusal) {
            (None, _) => Ok(()),
            (Some(reason), None) => self.field("at next", reason),
            (Some(reason), Some(refusal)) => {
                let words = format!("{reason} ({refusal})");
                let refused = self.paint(Mark::Bad, &words);
                self.field("at next", refused)
            }
        }
    }

    fn reply(&mut self, explanation: &Explanation) -> fmt::Result {
        let Some(Sent {
            status,
            headers,
            body,
        }) = &explanation.reply
        else {
            let decision = &explanation.decision;
            writeln!(self.out, "  the origin's own, unchanged, and")?;
            writeln!(self.out, "  signpost-decision: {}", decision.header)?;
            return match decision.location {
                Some(_) => writeln!(self.out, "  or a redirect, if no origin backend answers"),
                None => Ok(()),
            };
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
}
