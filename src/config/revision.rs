//! The revision of a compiled configuration: a name for its content, and the proof that it was not
//! changed by mistake. Whoever means to change it can write a new revision as well.

use sha2::{Digest, Sha256};

use super::key::Key;
use super::problem::{Problem, ProblemCode};

/// Compiled JSON begins with its revision; what follows is the content that it names.
pub(crate) const BEFORE: &str = r#"{"revision":""#;
pub(crate) const AFTER: &str = r#"","#;

/// The name of a compiled configuration's content: its FNV-1a hash (RFC 9923) in 12 hexadecimal digits, enough to
/// tell apart any two configurations that one registry will ever have. Each sandbox works it out anew, which takes
/// a tenth of the time of SHA-256.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Revision(String);

impl Revision {
    /// The revision of this content, given without its opening brace.
    pub(crate) fn of(rest: &str) -> Self {
        let hash = fnv_1a(b"{".iter().chain(rest.as_bytes()));
        // What is left of 64 bits is folded into the 48: RFC 9923, section 4.
        let folded = hash >> 48 ^ hash & 0xffff_ffff_ffff;
        Self(format!("{folded:012x}"))
    }

    /// The revision of content that was compiled before FNV-1a was used: the first digits of its SHA-256.
    #[cold]
    fn of_old(rest: &str) -> Self {
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
    let mut read = rest.into_iter().flat_map(|rest| {
        let ways = [Revision::of, Revision::of_old].into_iter();
        ways.map(move |way| way(rest))
    });
    if let Some(revision) = read.find(|revision| revision.as_str() == claimed) {
        return Ok(revision);
    }
    let message = format!(
        "the content is not the one that was compiled as revision `{claimed}`; compile the configuration again instead of editing the entry"
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
        // RFC 9923, appendix C.
        for (text, expected) in [
            ("", 0xcbf2_9ce4_8422_2325),
            ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] {
            assert_eq!(fnv_1a(text.as_bytes().iter()), expected, "{text}");
        }
    }
}
