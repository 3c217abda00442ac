use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use signpost::authoring::Authored;

/// Reads a configuration as written: its text, and what it compiles to.
///
/// # Errors
///
/// When the file cannot be read, or with all problems of the configuration.
pub(crate) fn read(path: &Path) -> Result<(String, Authored)> {
    let file = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {file}"))?;
    let authored = compile(&text).with_context(|| format!("{file} does not compile"))?;
    Ok((text, authored))
}

/// Compiles a configuration, as `signpost compile` does, and keeps its examples.
///
/// # Errors
///
/// All its problems.
pub(crate) fn compile(text: &str) -> Result<Authored> {
    Authored::from_toml(text).map_err(|problems| anyhow!("{problems}"))
}

#[cfg(test)]
mod tests {
    use toml_edit::DocumentMut;

    use super::compile;

    #[test]
    fn the_manifest_for_local_work_holds_the_compiled_configuration() {
        let manifest: DocumentMut = include_str!("../../fastly.toml").parse().unwrap();
        let contents = &manifest["local_server"]["config_stores"]["signpost"]["contents"];
        let authored = compile(include_str!("../../config/crates-io.toml")).unwrap();
        assert_eq!(
            contents["config"].as_str(),
            Some(authored.config().to_json()),
            "write what `signpost compile config/crates-io.toml` prints into fastly.toml"
        );
    }
}
