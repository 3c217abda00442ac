//! The versions of a service, as the Fastly CLI prints them.

use serde_json::Value;

use crate::output::Failure;

/// The number of the active version in a list.
pub(super) fn active_in(versions: &str) -> Result<u64, Failure> {
    let versions = parsed(versions, "the list of versions")?;
    let mut versions = versions.as_array().into_iter().flatten();
    versions
        .find(|version| version["Active"] == true)
        .and_then(|version| version["Number"].as_u64())
        .ok_or_else(|| {
            Failure::new(
                "no version of the service is active, so there is none to roll back to: activate a \
                 first one with `fastly compute publish` or Terraform",
            )
        })
}

/// The number of a version.
pub(super) fn number_in(version: &str) -> Result<u64, Failure> {
    let number = parsed(version, "the draft")?["Number"].as_u64();
    number.ok_or_else(|| Failure::new("the draft has no number"))
}

fn parsed(json: &str, name: &str) -> Result<Value, Failure> {
    serde_json::from_str(json)
        .map_err(|error| Failure::new(format!("cannot read {name} as JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use super::{active_in, number_in};

    #[test]
    fn what_the_cli_prints_is_read() {
        let versions = r#"[{"Active":false,"Number":1},{"Active":true,"Number":2}]"#;
        assert_eq!(active_in(versions).unwrap(), 2);
        assert_eq!(number_in(r#"{"Number":3}"#).unwrap(), 3);
    }

    #[test]
    fn a_service_that_never_served_has_no_version_to_roll_back_to() {
        for versions in ["[]", r#"[{"Active":false,"Number":1}]"#, "null"] {
            let error = active_in(versions).unwrap_err().to_string();
            assert!(
                error.contains("no version of the service is active"),
                "{versions}: {error}"
            );
        }
        assert!(active_in("SUCCESS").is_err());
        assert!(number_in("{}").is_err());
    }
}
