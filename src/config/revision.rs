//! The revision of a compiled configuration: a name for its content, and the proof that it was not
//! changed.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::problem::{Key, Problem, ProblemCode};

/// Compiled JSON begins with its revision; what follows is the content that it names.
const BEFORE: &str = r#"{"revision":""#;
const AFTER: &str = r#"","#;

/// Names the content and writes the name in front of it.
#[cfg(feature = "toml")]
pub(super) fn write(content: &str) -> (String, String) {
    let rest = content.strip_prefix('{').unwrap_or(content);
    let revision = of_content(rest);
    let json = format!("{BEFORE}{revision}{AFTER}{rest}");
    (revision, json)
}

/// The revision of compiled JSON, if it is the one that it claims.
pub(super) fn read(json: &str, claimed: Option<String>) -> Result<String, Problem> {
    let key = Key::default().name("revision");
    let Some(claimed) = claimed else {
        let message = "compiled JSON begins with its revision; compile the configuration again";
        return Err(Problem::new(ProblemCode::KeyMissing, key, message));
    };
    let rest = json
        .strip_prefix(BEFORE)
        .and_then(|json| json.strip_prefix(&*claimed))
        .and_then(|json| json.strip_prefix(AFTER));
    if rest.map(of_content).as_ref() == Some(&claimed) {
        return Ok(claimed);
    }
    let message = format!(
        "the content is not the one that was compiled as revision `{claimed}`; compile the configuration again instead of editing the entry"
    );
    Err(Problem::new(ProblemCode::RevisionMismatch, key, message))
}

/// The first 12 hexadecimal digits of the SHA-256 of the content, given without its opening brace:
/// enough to tell any two configurations apart that one registry will ever have.
fn of_content(rest: &str) -> String {
    let hash = Sha256::new()
        .chain_update("{")
        .chain_update(rest)
        .finalize();
    let mut revision = String::with_capacity(12);
    for byte in hash.iter().take(6) {
        // Writing to a string cannot fail.
        let _ = write!(revision, "{byte:02x}");
    }
    revision
}
