//! The revision of a compiled configuration: a name for its content, and the proof that it was not
//! changed.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::key::Key;
use super::problem::{Problem, ProblemCode};

/// Compiled JSON begins with its revision; what follows is the content that it names.
pub(crate) const BEFORE: &str = r#"{"revision":""#;
pub(crate) const AFTER: &str = r#"","#;

/// The name of a compiled configuration's content: the first 12 hexadecimal digits of its SHA-256,
/// enough to tell apart any two configurations that one registry will ever have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revision(String);

impl Revision {
    /// The revision of this content, given without its opening brace.
    pub(crate) fn of(rest: &str) -> Self {
        let hash = Sha256::new()
            .chain_update("{")
            .chain_update(rest)
            .finalize();
        let mut revision = String::with_capacity(12);
        for byte in hash.iter().take(6) {
            // Writing to a string cannot fail.
            let _ = write!(revision, "{byte:02x}");
        }
        Self(revision)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The revision that compiled JSON claims, if it begins with one.
pub(super) fn claimed(json: &str) -> Option<String> {
    let (claimed, _) = json.strip_prefix(BEFORE)?.split_once('"')?;
    Some(claimed.to_owned())
}

/// The revision of compiled JSON, if its content is the one that was compiled.
pub(super) fn read(json: &str, claimed: Option<String>) -> Result<Revision, Problem> {
    let key = Key::default().name("revision");
    let Some(claimed) = claimed else {
        let message = "compiled JSON begins with its revision; compile the configuration again";
        return Err(Problem::new(ProblemCode::KeyMissing, key, message));
    };
    let rest = json
        .strip_prefix(BEFORE)
        .and_then(|json| json.strip_prefix(&*claimed))
        .and_then(|json| json.strip_prefix(AFTER));
    if let Some(revision) = rest.map(Revision::of)
        && revision.as_str() == claimed
    {
        return Ok(revision);
    }
    let message = format!(
        "the content is not the one that was compiled as revision `{claimed}`; compile the configuration again instead of editing the entry"
    );
    Err(Problem::new(ProblemCode::RevisionMismatch, key, message))
}
