//! Problems as people see them: the place in the file, underlined.

use std::fmt::{self, Display, Write as _};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
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
    let source = NamedSource::new(file, text.to_owned());
    let mut report = String::new();
    for finding in findings {
        let shown = Shown {
            finding,
            source: &source,
        };
        // Writing to a string fails only if the handler does; the message is then still to be seen.
        if handler.render_report(&mut report, &shown).is_err() {
            let _ = writeln!(report, "error[{}]: {shown}", finding.code());
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
    source: &'f NamedSource<String>,
}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(format!("error[{}]", self.finding.code())))
    }

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
            write!(formatter, "{}: ", self.source.name())?;
        }
        formatter.write_str(self.finding.message())
    }
}

impl std::error::Error for Shown<'_> {}
