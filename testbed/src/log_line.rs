/// A line that the edge function wrote to a log endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The name of the endpoint.
    pub endpoint: String,
    /// What was written, in which Viceroy writes a line break as `\n`.
    pub message: String,
}

impl LogLine {
    /// Reads a line as Viceroy prints it, `ENDPOINT :: MESSAGE`.
    ///
    /// `None` for any other line: Viceroy's own, or what the function printed itself.
    pub fn read(line: &str) -> Option<Self> {
        let (endpoint, message) = line.split_once(" :: ")?;
        // Viceroy's own lines begin with a time and a level, which holds blanks.
        if endpoint.is_empty() || endpoint.contains(char::is_whitespace) {
            return None;
        }
        Some(Self {
            endpoint: endpoint.to_owned(),
            message: message.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::LogLine;

    #[track_caller]
    fn check(line: &str, expected: Option<(&str, &str)>) {
        let read = LogLine::read(line).map(|line| (line.endpoint, line.message));
        let expected = expected.map(|(endpoint, message)| (endpoint.into(), message.into()));
        assert_eq!(read, expected, "{line}");
    }

    #[test]
    fn only_lines_of_endpoints_are_read() {
        check(
            r#"signpost-log :: {"version":"1"}"#,
            Some(("signpost-log", r#"{"version":"1"}"#)),
        );
        check("log :: a :: b", Some(("log", "a :: b")));
        check("2026-11-22T19:47:00Z ERROR trapped :: at", None);
        check(" :: nameless", None);
        check("Listening on http://127.0.0.1:7676", None);
    }
}
