//! Puts the compiled configuration into a `fastly.toml`, for Fastly's local server.

use thiserror::Error;
use toml_edit::{Document, DocumentMut, Item, TableLike, TomlError, Value};

const STORE: &str = "local_server.config_stores.signpost";

/// The only format that keeps the entries in the file itself.
const FORMAT: &str = "inline-toml";

/// Why a `fastly.toml` cannot take a configuration.
#[derive(Debug, Error)]
pub(super) enum FastlyTomlError {
    #[error("it is not TOML: {0}")]
    Syntax(#[from] TomlError),
    #[error(
        "it has no table [{STORE}]; add it with format = \"{FORMAT}\", and a table [{STORE}.contents]"
    )]
    NoStore,
    #[error(
        "the format of [{STORE}] is not \"{FORMAT}\", so its entries are not in this file; write format = \"{FORMAT}\""
    )]
    Format,
    #[error("`contents` of [{STORE}] is not a table; write one")]
    Contents,
}

/// The file with this entry `config`. Every other byte stays the same.
pub(super) fn with_config(text: &str, json: &str) -> Result<String, FastlyTomlError> {
    let value = Value::from(json);
    let document = Document::parse(text)?;
    let store = store(document.as_item())?;
    let contents = match store.get("contents") {
        None => None,
        Some(contents) => Some(contents.as_table_like().ok_or(FastlyTomlError::Contents)?),
    };
    let old = contents.and_then(|contents| contents.get("config")?.span());
    let around = old.and_then(|old| Some((text.get(..old.start)?, text.get(old.end..)?)));
    match around {
        Some((before, after)) => Ok(format!("{before}{value}{after}")),
        None => insert(text, value),
    }
}

fn store(document: &Item) -> Result<&dyn TableLike, FastlyTomlError> {
    let store = STORE
        .split('.')
        .try_fold(document, |item, name| item.as_table_like()?.get(name))
        .and_then(Item::as_table_like)
        .ok_or(FastlyTomlError::NoStore)?;
    let format = store.get("format").and_then(Item::as_str);
    if format == Some(FORMAT) {
        Ok(store)
    } else {
        Err(FastlyTomlError::Format)
    }
}

/// Adds the entry to a file without one.
fn insert(text: &str, value: Value) -> Result<String, FastlyTomlError> {
    let mut document: DocumentMut = text.parse()?;
    let mut item = document.as_item_mut();
    for name in STORE.split('.') {
        item = item.get_mut(name).ok_or(FastlyTomlError::NoStore)?;
    }
    let store = item.as_table_like_mut().ok_or(FastlyTomlError::NoStore)?;
    let contents = store
        .entry("contents")
        .or_insert_with(toml_edit::table)
        .as_table_like_mut()
        .ok_or(FastlyTomlError::Contents)?;
    contents.insert("config", Item::Value(value));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::with_config;

    const MANIFEST: &str = include_str!("../../../fastly.toml");
    const JSON: &str = r#"{"revision":"0"}"#;

    #[test]
    fn only_the_entry_changes_whatever_stands_around_it() {
        let head = "# a\r\n[local_server.config_stores.signpost]\nformat = 'inline-toml'\n";
        for (name, tail, expected) in [
            (
                "a table",
                "[local_server.config_stores.signpost.contents]\r\n  config   =   'old' # c\r\nswitch='off'\n\n\n[x]",
                "[local_server.config_stores.signpost.contents]\r\n  config   =   '{\"revision\":\"0\"}' # c\r\nswitch='off'\n\n\n[x]",
            ),
            (
                "an inline table",
                "contents = {switch = \"a\",config=\"old\"}\n",
                "contents = {switch = \"a\",config='{\"revision\":\"0\"}'}\n",
            ),
            (
                "a value on several lines",
                "contents.config = '''\n{\n}'''\n[x]\n",
                "contents.config = '{\"revision\":\"0\"}'\n[x]\n",
            ),
        ] {
            let changed = with_config(&format!("{head}{tail}"), JSON).unwrap();
            assert_eq!(changed, format!("{head}{expected}"), "{name}");
        }
    }

    #[test]
    fn an_entry_that_is_not_there_is_added() {
        let head = "[local_server.config_stores.signpost]\nformat = 'inline-toml'\n";
        for (tail, expected) in [
            (
                "",
                "\n[local_server.config_stores.signpost.contents]\nconfig = '{\"revision\":\"0\"}'\n",
            ),
            (
                "# b\n[local_server.config_stores.signpost.contents]\nswitch = 'off' # c\n[x]\n",
                "# b\n[local_server.config_stores.signpost.contents]\nswitch = 'off' # c\nconfig = '{\"revision\":\"0\"}'\n[x]\n",
            ),
        ] {
            let changed = with_config(&format!("{head}{tail}"), JSON).unwrap();
            assert_eq!(changed, format!("{head}{expected}"));
        }
    }

    #[test]
    fn this_projects_own_file_takes_a_configuration_and_gives_it_back() {
        let changed = with_config(MANIFEST, JSON).unwrap();
        assert!(changed.contains(&format!("config = '{JSON}'\nswitch = \"enforce\"\n")));
        let config = MANIFEST.split("\nconfig = '").nth(1).unwrap();
        let config = config.split_once('\'').unwrap().0;
        assert_eq!(with_config(&changed, config).unwrap(), MANIFEST);
    }

    #[test]
    fn a_file_without_the_store_is_refused() {
        let table = "[local_server.config_stores.signpost]\n";
        for (text, words) in [
            ("name = ", "it is not TOML: "),
            ("", "no table [local_server.config_stores.signpost]"),
            ("[local_server]\nconfig_stores = 3", "no table"),
            (table, "the format of"),
            (
                &format!("{table}format = 'json'\nfile = 'x.json'\n"),
                "the format of",
            ),
            (
                &format!("{table}format = 'inline-toml'\ncontents = 3\n"),
                "is not a table",
            ),
        ] {
            let error = with_config(text, JSON).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
