//! The forms of log lines.

use std::fmt;

/// What a line is read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// What is known of the line; nothing if it has no known form.
    pub(super) line: Option<LineForm>,
}

/// How a line tells of a request; in words by `Display`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub(super) enum LineForm {
    #[strum(to_string = "a JSON line")]
    Json,
    #[strum(to_string = "an access log line")]
    AccessLog,
    #[strum(to_string = "a path or URL")]
    Bare,
}

impl Form {
    /// What holds the time of such a line.
    pub(super) fn time_name(self) -> &'static str {
        match self.line {
            Some(LineForm::Json) => "`date_time`",
            Some(LineForm::AccessLog) => "time in brackets",
            Some(LineForm::Bare) | None => "time",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => line.fmt(f),
            None => f.write_str("a line of no known form"),
        }
    }
}
