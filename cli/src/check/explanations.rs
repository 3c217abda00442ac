//! The long explanation of every code, for `signpost check --explain`.

use include_dir::{Dir, include_dir};

use crate::findings::Code;

/// A file for each code.
pub(super) static EXPLANATIONS: Dir<'_> =
    include_dir!("$CARGO_MANIFEST_DIR/src/check/explanations");

/// The meaning of a code, why it matters, and a wrong and a right example.
pub(super) fn of(code: Code) -> String {
    let name = code.name();
    let file = EXPLANATIONS.get_file(format!("{name}.md"));
    let body = file.and_then(|file| file.contents_utf8());
    let heading = textwrap::fill(&format!("{name}: {}", code.meaning()), 100);
    format!("{heading}\n\n{}", body.unwrap_or_default())
}
