//! The forms of log lines: an envelope, if any, and the line in it.

use std::fmt;

/// What a line is read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) envelope: Option<Envelope>,
    /// Nothing if it has no known form.
    pub(super) line: Option<LineForm>,
}

/// What syslog writes before a line; in words by `Display`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub(super) enum Envelope {
    /// `<134>2025-10-26T23:57:34Z host tag[1]: `, with any part of it that a file keeps.
    #[strum(to_string = "RFC 3164")]
    Rfc3164,
    /// `<134>1 2025-10-26T23:57:34Z host app 1 - - `.
    #[strum(to_string = "RFC 5424")]
    Rfc5424,
    /// The same without structured data.
    #[strum(to_string = "logplex")]
    Logplex,
}

/// How a line tells of a request; in words by `Display`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
pub(super) enum LineForm {
    #[strum(to_string = "a JSON line")]
    Json,
    #[strum(to_string = "a W3C extended log line")]
    W3c,
    #[strum(to_string = "an access log line")]
    AccessLog,
    #[strum(to_string = "a path or URL")]
    Bare,
}

impl Form {
    pub(super) const fn of(line: LineForm) -> Self {
        Self {
            envelope: None,
            line: Some(line),
        }
    }

    pub(super) fn is_unknown(self) -> bool {
        self == Self::default()
    }

    /// What holds the time of such a line.
    pub(super) fn time_name(self) -> &'static str {
        match self.line {
            Some(LineForm::Json) => "`date_time`",
            Some(LineForm::W3c) => "`date` and `time`",
            Some(LineForm::AccessLog) => "time in brackets",
            Some(LineForm::Bare) | None => "time",
        }
    }

    /// What the status is called in lines of this form.
    pub(super) fn status_name(self) -> &'static str {
        match self.line {
            Some(LineForm::Json) => "`status`",
            Some(LineForm::W3c) => "`sc-status`",
            Some(LineForm::AccessLog | LineForm::Bare) | None => "status",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.envelope, self.line) {
            (Some(envelope), Some(line)) => write!(f, "{envelope} with {line}"),
            (Some(envelope), None) => envelope.fmt(f),
            (None, Some(line)) => line.fmt(f),
            (None, None) => f.write_str("a line of an unknown form"),
        }
    }
}
