//! Lines of the module's log.

use std::time::SystemTime;

use serde_json::Value;
use url::Url;

/// What a line says of a request.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) time: SystemTime,
    pub(crate) path: String,
    pub(crate) switch: String,
    location: Option<Url>,
}

impl Line {
    #[track_caller]
    pub(crate) fn read(line: &str) -> Self {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let url: Url = text("/url").unwrap().parse().unwrap();
        Self {
            time: humantime::parse_rfc3339(text("/date_time").unwrap()).unwrap(),
            path: url.path().to_owned(),
            switch: text("/signpost/switch").unwrap().to_owned(),
            location: text("/signpost/location").map(|location| location.parse().unwrap()),
        }
    }

    /// Whether the client was sent to this host.
    pub(crate) fn is_to(&self, host: &str) -> bool {
        let location = self.location.as_ref();
        location.is_some_and(|location| location.host_str() == Some(host))
    }
}
