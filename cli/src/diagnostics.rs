//! Problems as people see them: the place in the file, underlined.

use std::fmt::{self, Display, Write as _};

use anstyle::{AnsiColor, Style};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError,
    MietteSpanContents, SourceCode, SourceSpan, SpanContents,
};
use textwrap::{WordSeparator, WordSplitter};

use crate::check::Finding;

/// Writes every finding with its code, the lines of the file around it, and what to do.
pub(crate) fn render(file: &str, text: &str, findings: &[Finding], coloured: bool) -> String {
    let theme = if coloured {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        // A URL is never broken, so that it can be copied and searched for.
        .with_break_words(false)
        .with_word_separator(WordSeparator::AsciiSpace)
        .with_word_splitter(WordSplitter::NoHyphenation)
        .with_links(false);
    let source = Source {
        name: file.to_owned(),
        text: text.to_owned(),
    };
    let mut report = String::new();
    let red = if coloured {
        AnsiColor::Red.on_default().bold()
    } else {
        Style::new()
    };
    for finding in findings {
        let shown = Shown {
            finding,
            source: &source,
        };
        // Writing to a string cannot fail.
        let _ = writeln!(report, "{red}error[{}]{red:#}", finding.code());
        // The handler may, and then the message is still to be seen.
        if handler.render_report(&mut report, &shown).is_err() {
            let _ = writeln!(report, "  {shown}");
        }
        report.push('\n');
    }
    report
}

/// A number of things: `1 problem`, `3 problems`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[derive(Debug)]
struct Shown<'f> {
    finding: &'f Finding,
    source: &'f Source,
}

impl Diagnostic for Shown<'_> {
    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        let code = self.finding.code();
        Some(Box::new(format!("signpost check --explain {code}")))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.finding
            .underlined()
            .map(|_| self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let bytes = self.finding.underlined()?;
        let key = self.finding.key();
        let label = (!key.is_empty()).then(|| key.to_owned());
        let label = LabeledSpan::new_with_span(label, bytes);
        Some(Box::new(std::iter::once(label)))
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where no line of the file is shown, nothing else names it.
        if self.finding.underlined().is_none() {
            write!(formatter, "{}: ", self.source.name)?;
        }
        formatter.write_str(self.finding.message())
    }
}

impl std::error::Error for Shown<'_> {}

/// A file whose columns are counted in characters, as everywhere else in this tool.
#[derive(Debug)]
struct Source {
    name: String,
    text: String,
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
