//! Lines of the module's log.

use serde_json::Value;
use url::Url;

/// What a line says of a request.
#[derive(Debug)]
pub(crate) struct Line {
    /// The client's address.
    pub(crate) client: String,
    pub(crate) path: String,
    /// Whether `next` has a share.
    pub(crate) has_side: bool,
    location: Option<Url>,
}

impl Line {
    #[track_caller]
    pub(crate) fn read(line: &str) -> Self {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        let url: Url = text("/url").unwrap().parse().unwrap();
        Self {
            client: text("/ip").unwrap().to_owned(),
            path: url.path().to_owned(),
            has_side: text("/signpost/side").is_some(),
            location: text("/signpost/location").map(|location| location.parse().unwrap()),
        }
    }

    /// Whether the client was sent to this host.
    pub(crate) fn is_to(&self, host: &str) -> bool {
        let location = self.location.as_ref();
        location.is_some_and(|location| location.host_str() == Some(host))
    }
}
