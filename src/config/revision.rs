//! The revision of a compiled configuration: a name for its content, which shows a change by mistake. Whoever changes
//! it on purpose can write the new revision as well.

use sha2::{Digest, Sha256};

use super::key::Key;
use super::problem::{Problem, ProblemCode};

/// Compiled JSON begins with its revision; what follows is the content that it names.
pub(crate) const BEFORE: &str = r#"{"revision":""#;
pub(crate) const AFTER: &str = r#"","#;

/// The name of a compiled configuration's content: its FNV-1a hash (RFC 9923) in 12 hexadecimal digits, enough to
/// tell apart any two configurations that one registry will ever have. Each sandbox works it out anew, which takes
/// a ninth of the instructions of SHA-256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revision(String);

impl Revision {
    /// The revision of this content, given without its opening brace.
    pub(crate) fn of(rest: &str) -> Self {
        let hash = fnv_1a(b"{".iter().chain(rest.as_bytes()));
        // The upper 16 bits are folded into the lower 48, as the RFC says.
        let folded = (hash >> 48) ^ (hash & 0xffff_ffff_ffff);
        Self(format!("{folded:012x}"))
    }

    /// The revision that earlier versions wrote: the first 12 digits of the SHA-256.
    #[cold]
    fn of_sha_256(rest: &str) -> Self {
        let hash = Sha256::new()
            .chain_update("{")
            .chain_update(rest)
            .finalize();
        let digits = hash.iter().take(6).map(|byte| format!("{byte:02x}"));
        Self(digits.collect())
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
    let is_claimed = |revision: &Revision| revision.as_str() == claimed;
    let read = rest.and_then(|rest| {
        let now = Some(Revision::of(rest)).filter(is_claimed);
        now.or_else(|| Some(Revision::of_sha_256(rest)).filter(is_claimed))
    });
    if let Some(revision) = read {
        return Ok(revision);
    }
    let message = format!(
        "the content is not the one that was compiled as revision `{claimed}`; compile the configuration again instead of editing the entry, or deploy the version that compiled it"
    );
    Err(Problem::new(ProblemCode::RevisionMismatch, key, message))
}

/// The hash FNV-1a with 64 bits.
fn fnv_1a<'b>(bytes: impl Iterator<Item = &'b u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::fnv_1a;

    #[test]
    fn the_hash_is_fnv_1a() {
        // From the test vectors of RFC 9923.
        for (text, expected) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(fnv_1a(text.as_bytes().iter()), expected, "{text}");
        }
    }
}
