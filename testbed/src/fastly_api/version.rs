use serde_json::{Value, json};

use super::FastlyApi;

/// A version of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceVersion {
    /// Its number.
    pub number: u64,
    /// Whether it serves.
    pub is_active: bool,
    /// Whether a package was uploaded to it or to the version of which it is a clone.
    pub has_package: bool,
    pub(super) is_locked: bool,
}

impl ServiceVersion {
    /// As the API shows it.
    pub(super) fn json(&self, staged: Option<u64>) -> Value {
        let is_staged = staged == Some(self.number);
        json!({
            "service_id": FastlyApi::SERVICE, "number": self.number, "active": self.is_active,
            "locked": self.is_locked, "staging": is_staged, "comment": ""
        })
    }
}
