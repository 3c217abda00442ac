//! Shows findings with the lines of the file, underlined.

use std::fmt::{self, Display, Write as _};
use std::ops::Range;

use anstyle::{AnsiColor, Style};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use signpost::config::Severity;
use signpost_logs::text::{in_place, visible};
use textwrap::{WordSeparator, WordSplitter};

use super::finding::Finding;
use crate::output::Screen;

/// Writes each finding with its code, the lines of the file around it, and how to learn more.
///
/// Escapes everything in the file that would control a terminal.
pub(crate) fn render(file: &str, text: &str, findings: &[Finding], screen: Screen) -> String {
    let theme = if screen.is_coloured {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(screen.width)
        // Long words such as URLs stay whole, so that they can be copied and searched for.
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .with_links(false);
    let source = Source::new(file, text);
    let mut report = String::new();
    for finding in findings {
        let shown = Shown {
            finding,
            underlined: finding
                .underlined()
                .map(|bytes| source.shown_at(text, bytes)),
            source: &source,
        };
        // Writing to a string cannot fail.
        let (word, style) = heading(finding.code.severity(), screen);
        let _ = writeln!(report, "{style}{word}[{}]{style:#}", finding.code);
        // The handler can fail. Then the message is shown alone.
        if handler.render_report(&mut report, &shown).is_err() {
            let _ = writeln!(report, "  {shown}");
        }
        report.push('\n');
    }
    report
}

/// The word before a code, and its colour.
fn heading(severity: Severity, screen: Screen) -> (&'static str, Style) {
    let (word, colour) = match severity {
        Severity::Error => ("error", AnsiColor::Red),
        Severity::Warning => ("warning", AnsiColor::Yellow),
    };
    let style = if screen.is_coloured {
        colour.on_default().bold()
    } else {
        Style::new()
    };
    (word, style)
}

#[derive(Debug)]
struct Shown<'f> {
    finding: &'f Finding,
    /// Positions in the source as shown.
    underlined: Option<Range<usize>>,
    source: &'f Source,
}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.code.severity() {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let code = self.finding.code;
        Some(Box::new(format!("signpost check --explain {code}")))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.underlined
            .as_ref()
            .map(|_| self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let bytes = self.underlined.clone()?;
        let key = &self.finding.key;
        let label = (!key.is_empty()).then(|| visible(key));
        let label = LabeledSpan::new_with_span(label, bytes);
        Some(Box::new(std::iter::once(label)))
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without lines of the file, this is the only place that names it.
        if self.underlined.is_none() {
            write!(f, "{}: ", self.source.name)?;
        }
        f.write_str(&visible(&self.finding.message))
    }
}

impl std::error::Error for Shown<'_> {}

/// A file as shown: every control character is replaced by one visible character. Columns are
/// counted in characters, as everywhere in this tool.
#[derive(Debug)]
struct Source {
    name: String,
    text: String,
}

impl Source {
    fn new(name: &str, text: &str) -> Self {
        Self {
            name: visible(name),
            text: in_place(text),
        }
    }

    /// Translates a range of the file's own text.
    fn shown_at(&self, text: &str, bytes: Range<usize>) -> Range<usize> {
        // Replacements are never shorter. If the length is the same, nothing has moved.
        if self.text.len() == text.len() {
            return bytes;
        }
        let until = |end: usize| in_place(text.get(..end).unwrap_or(text)).len();
        until(bytes.start)..until(bytes.end)
    }
}

impl SourceCode for Source {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, lines_before, lines_after)?;
        let before = self.text.get(..read.span().offset()).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            read.data(),
            *read.span(),
            read.line(),
            line.chars().count(),
            read.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {

    use super::render;
    use crate::findings::Finding;
    use crate::output::Screen;

    fn rendered(text: &str, width: usize) -> String {
        let problems = signpost::authoring::from_toml(text).unwrap_err();
        let is_coloured = false;
        let screen = Screen { is_coloured, width };
        render("a.toml", text, &Finding::all_of(&problems), screen)
    }

    #[test]
    fn control_characters_are_shown_and_the_underline_stays_in_place() {
        for (text, line, underline) in [
            (
                "allowed_hosts = [\"a\"] # \u{1b}[31m",
                " 1 │ allowed_hosts = [\"a\"] # ␛[31m",
                "   ·                         ▲",
            ),
            (
                "allowed_hosts = [\"\u{202e}\", \"a b\"]",
                " 1 │ allowed_hosts = [\"\u{fffd}\", \"a b\"]",
                "   ·                       ──┬──",
            ),
            // One byte longer when shown.
            (
                "allowed_hosts = [\"\u{9b}\", \"a b\"]",
                " 1 │ allowed_hosts = [\"\u{fffd}\", \"a b\"]",
                "   ·                       ──┬──",
            ),
        ] {
            let report = rendered(text, 100);
            let expected = format!("\n{line}\n{underline}\n");
            assert!(report.contains(&expected), "{expected} is not in {report}");
            let is_hidden = |found: char| found.is_control() && found != '\n';
            assert!(!report.contains(is_hidden), "{report:?}");
            assert!(!report.contains('\u{202e}'), "{report:?}");
        }
    }

    #[test]
    fn a_key_and_a_message_are_shown_as_well() {
        let report = rendered(
            "\"a\\u202e\" = 1\n[origin]\nbackends = [\"\\u001b[31m\"]",
            100,
        );
        assert!(report.contains("a\\u{202e}"), "{report}");
        assert!(!report.contains(['\u{1b}', '\u{202e}']), "{report:?}");
    }

    #[test]
    fn words_are_folded_to_the_width() {
        let longest = |width| {
            let report = rendered("korz = true", width);
            let lines = report.lines().map(|line| line.chars().count());
            lines.max().unwrap_or_default()
        };
        assert!(longest(60) <= 60 && longest(100) > 60);
    }
}
