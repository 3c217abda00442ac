//! The parts of a written explanation: headings, fields, marked lines and prose.

use std::fmt::{self, Display, Formatter};

use anstyle::{AnsiColor, Style};
use signpost_logs::text::visible;

/// The width of prose. URLs are never broken, so that they can be copied.
const WIDTH: usize = 80;

#[derive(Clone, Copy)]
pub(super) enum Mark {
    Good,
    Bad,
    Neither,
}

pub(super) struct Page<'p, 'f> {
    pub(super) is_coloured: bool,
    pub(super) out: &'p mut Formatter<'f>,
}

impl Page<'_, '_> {
    pub(super) fn heading(&mut self, words: &str) -> fmt::Result {
        let style = self.style(Style::new().bold());
        writeln!(self.out, "\n{style}{words}{style:#}")
    }

    pub(super) fn field(&mut self, name: &str, value: impl Display) -> fmt::Result {
        writeln!(self.out, "  {name:9}  {value}")
    }

    pub(super) fn marked(&mut self, mark: Mark, words: impl Display) -> fmt::Result {
        let mark = self.mark(mark);
        writeln!(self.out, "  {mark} {words}")
    }

    pub(super) fn note(&mut self, words: &str) -> fmt::Result {
        self.marked(Mark::Neither, words)
    }

    /// Writes wrapped text. Later lines are indented like the first.
    pub(super) fn prose(&mut self, beginning: &str, words: &str) -> fmt::Result {
        let indent = " ".repeat(beginning.chars().count());
        let options = textwrap::Options::new(WIDTH)
            .initial_indent(beginning)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        writeln!(self.out, "{}", textwrap::fill(words, options))
    }

    pub(super) fn mark(&self, mark: Mark) -> String {
        self.paint(
            mark,
            match mark {
                Mark::Good => "✓",
                Mark::Bad => "✗",
                Mark::Neither => "-",
            },
        )
    }

    pub(super) fn paint(&self, mark: Mark, text: &str) -> String {
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
pub(super) fn place(path: &str, segment: usize) -> (usize, usize) {
    let width = |text: &str| visible(text).chars().count();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    let before: usize = segments
        .by_ref()
        .take(segment)
        .map(|text| width(text) + 1)
        .sum();
    (before + 1, segments.next().map_or(0, width))
}

#[cfg(test)]
mod tests {
    use super::place;

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
