//! Problems as people see them: the place in the file, underlined.

use std::fmt::{self, Display, Write as _};
use std::path::Path;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};
use signpost::config::{Problem, Problems};

/// Writes every problem with its code, the lines of the file around it, and what to do.
pub(crate) fn render(file: &Path, text: &str, problems: &Problems, coloured: bool) -> String {
    let theme = if coloured {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::unicode_nocolor()
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(100)
        .with_links(false);
    let source = NamedSource::new(file.display().to_string(), text.to_owned());
    let mut report = String::new();
    for problem in problems.iter() {
        let shown = Shown {
            problem,
            source: &source,
        };
        // Writing to a string fails only if the handler does; the message is then still to be seen.
        if handler.render_report(&mut report, &shown).is_err() {
            let _ = writeln!(report, "{problem}");
        }
        report.push('\n');
    }
    report
}

#[derive(Debug)]
struct Shown<'p> {
    problem: &'p Problem,
    source: &'p NamedSource<String>,
}

impl Diagnostic for Shown<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(self.problem.code()))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.problem.place().map(|_| self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.problem.place()?;
        let label = LabeledSpan::new_with_span(None, place.bytes.clone());
        Some(Box::new(std::iter::once(label)))
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.problem.message())
    }
}

impl std::error::Error for Shown<'_> {}
