use time::OffsetDateTime;

/// The beginning or end of an alarm.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    /// Which alarm of this run it is.
    pub(crate) number: u32,
    /// What kind of alarm it is, such as `SignpostProofRefused`.
    pub(crate) name: &'static str,
    pub(crate) severity: Severity,
    /// The kind of what it is about, such as `all` or `target`.
    pub(crate) scope: &'static str,
    /// Which one of that kind.
    pub(crate) of: Option<String>,
    pub(crate) summary: String,
    pub(crate) description: String,
    pub(crate) began: OffsetDateTime,
    pub(crate) ended: Option<OffsetDateTime>,
    /// The event as a line of JSON.
    pub(crate) event: String,
}

/// How much an alarm matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Severity {
    /// Downloads fail.
    Critical,
    /// Something is wrong, and downloads may still work.
    Warning,
}

impl Notification {
    /// What tells one alarm from another. An alarm that comes again has the same.
    pub(crate) fn labels(&self) -> Vec<(&'static str, String)> {
        let mut labels = vec![
            ("alertname", self.name.to_owned()),
            ("scope", self.scope.to_owned()),
            ("severity", <&str>::from(self.severity).to_owned()),
        ];
        labels.extend(self.of.clone().map(|name| (self.scope, name)));
        labels
    }

    /// The name of the event, as in its JSON.
    pub(crate) fn event_name(&self) -> &'static str {
        if self.ended.is_some() {
            "alarm-ended"
        } else {
            "alarm-began"
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use time::OffsetDateTime;

    use super::{Notification, Severity};

    /// An alarm that lasts.
    pub(in crate::outlets) fn alarm(number: u32, target: Option<&str>) -> Notification {
        Notification {
            number,
            name: "SignpostDownloadsRepeat",
            severity: Severity::Critical,
            scope: if target.is_some() { "target" } else { "all" },
            of: target.map(str::to_owned),
            summary: "Downloads repeat".to_owned(),
            description: "75.0 % of the requests are repeats".to_owned(),
            began: OffsetDateTime::now_utc(),
            ended: None,
            event: format!(r#"{{"event":"alarm-began","number":{number}}}"#),
        }
    }

    /// The same alarm at its end.
    pub(in crate::outlets) fn end(alarm: &Notification) -> Notification {
        Notification {
            ended: Some(OffsetDateTime::now_utc()),
            event: alarm.event.replace("began", "ended"),
            ..alarm.clone()
        }
    }
}
