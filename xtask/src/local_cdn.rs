use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use signpost::authoring::{Authored, Example};
use signpost::request::Request;
use signpost::route;
use signpost::values::CaptureType;
use signpost_testbed::{StandInCdn, stand_in_file};
use toml_edit::{Array, DocumentMut, Item, TableLike, Value, value};

use crate::examples::host_and_path;

/// Rewrites a configuration so that every redirect leads to a CDN on this machine.
///
/// `text` compiles to `authored`, and `cdn` is the URL of the CDN without a path. Every base becomes
/// that URL, with a folder of its own if there are several, and the examples follow their targets.
///
/// # Errors
///
/// When `text` does not have the layout of a configuration that compiles.
pub(crate) fn redirect_to(cdn: &str, text: &str, authored: &Authored) -> Result<String> {
    let mut document: DocumentMut = text.parse()?;
    let host = cdn.trim_start_matches("http://");
    let (host, _) = host.split_once(':').unwrap_or((host, ""));
    document.insert("allowed_hosts", value(Array::from_iter([host])));
    for target in authored.config().targets() {
        let written = document
            .get_mut("targets")
            .and_then(|targets| targets.get_mut(target.name()))
            .and_then(Item::as_table_like_mut)
            .with_context(|| format!("the target {} is not a table", target.name()))?;
        let folder = folder_of(authored, target.name());
        written.insert("base", value(format!("{cdn}{folder}")));
    }

    // An example of a request that goes to the origin has no location.
    let written = tables(document.as_table_mut(), "routes")
        .flat_map(|route| tables(route, "examples"))
        .filter(|example| example.get("origin").and_then(Item::as_bool) != Some(true));
    for (written, example) in written.zip(authored.examples()) {
        let folder = folder_of(authored, example.target());
        let path = path_on_cdn(authored, example);
        written.insert("location", value(format!("{cdn}{folder}{path}")));
    }
    Ok(document.to_string())
}

/// Puts a small file where the location of each example leads, at every target: a later attempt goes
/// to another one.
pub(crate) fn stock(cdn: &StandInCdn, authored: &Authored) {
    for example in authored.examples() {
        let path = decoded_path_on_cdn(authored, example);
        for target in authored.config().targets() {
            let folder = folder_of(authored, target.name());
            cdn.insert(format!("{folder}{path}"), stand_in_file(&path));
        }
    }
}

/// Puts a wrong file where the location of the first example leads.
pub(crate) fn spoil(cdn: &StandInCdn, authored: &Authored) {
    if let Some(example) = authored.examples().first() {
        let folder = folder_of(authored, example.target());
        let path = decoded_path_on_cdn(authored, example);
        cdn.insert(format!("{folder}{path}"), "The stand-in CDN is spoiled\n");
    }
}

/// A lock file of the crates among the examples, with the checksums of the files of `stock`. `None` if
/// there are no crates.
pub(crate) fn lock_file(authored: &Authored) -> Option<String> {
    let mut packages = BTreeMap::new();
    for example in authored.examples() {
        let path = decoded_path_on_cdn(authored, example);
        if let Some(package) = package(authored, example)
            && Path::new(&path).extension() == Some(OsStr::new("crate"))
        {
            packages.insert(
                package,
                format!("{:x}", Sha256::digest(stand_in_file(&path))),
            );
        }
    }
    if packages.is_empty() {
        return None;
    }
    let mut text = "version = 4\n".to_owned();
    for ((name, version), checksum) in packages {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
             checksum = \"{checksum}\"\n"
        );
    }
    Some(text)
}

/// The URL of the file that the first example leads to.
pub(crate) fn first_file(cdn: &StandInCdn, authored: &Authored) -> Option<String> {
    let example = authored.examples().first()?;
    let folder = folder_of(authored, example.target());
    let path = path_on_cdn(authored, example);
    Some(format!("{}{folder}{path}", cdn.url()))
}

/// The folder of the stand-in CDN with the files of a target: the root if it is the only one.
fn folder_of(authored: &Authored, target: &str) -> String {
    let mut targets = authored.config().targets();
    let place = targets.position(|other| other.name() == target);
    match place.filter(|_| authored.config().targets().count() > 1) {
        Some(place) => format!("/{}", place + 1),
        None => String::new(),
    }
}

/// The name and version that an example asks for.
fn package(authored: &Authored, example: &Example) -> Option<(String, String)> {
    let config = authored.config();
    let (host, path) = host_and_path(config, example);
    let request = Request::new("GET", host.unwrap_or_default(), path);
    let found = route::find(config, &request).ok()?;
    let of = |kind| found.value_of(&kind).map(str::to_owned);
    Some((of(CaptureType::Crate)?, of(CaptureType::Semver)?))
}

fn decoded_path_on_cdn(authored: &Authored, example: &Example) -> String {
    let path = path_on_cdn(authored, example);
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// The location of an example after the base of its target.
fn path_on_cdn<'a>(authored: &Authored, example: &'a Example) -> &'a str {
    let location = example.location().as_str();
    let mut targets = authored.config().targets();
    targets
        .find(|target| target.name() == example.target())
        .and_then(|target| location.strip_prefix(target.base().as_str()))
        .unwrap_or(location)
}

/// The tables of an array, in both spellings of TOML.
fn tables<'a>(
    parent: &'a mut dyn TableLike,
    key: &str,
) -> Box<dyn Iterator<Item = &'a mut dyn TableLike> + 'a> {
    match parent.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => {
            Box::new(tables.iter_mut().map(|table| table as &mut dyn TableLike))
        }
        Some(Item::Value(Value::Array(tables))) => Box::new(
            tables
                .iter_mut()
                .filter_map(Value::as_inline_table_mut)
                .map(|table| table as &mut dyn TableLike),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

#[cfg(test)]
mod tests {
    use signpost_testbed::add_hosts;

    use super::{lock_file, redirect_to};
    use crate::compile::compile;

    const CDN: &str = "http://localhost:4321";

    #[track_caller]
    fn check(text: &str) {
        let authored = compile(text).unwrap();
        let local = redirect_to(CDN, text, &authored).unwrap();
        let local = compile(&add_hosts(&local, &["127.0.0.1"]).unwrap()).unwrap();
        assert_eq!(authored.examples().len(), local.examples().len());
        for (before, after) in authored.examples().iter().zip(local.examples()) {
            let location = after.location().as_str();
            assert!(location.starts_with(CDN), "{location}");
            assert_eq!(before.request(), after.request());
        }
        assert_eq!(authored.origin_examples(), local.origin_examples());
    }

    #[test]
    fn every_example_follows_its_target_to_this_machine() {
        check(include_str!("../../config/crates-io.toml"));
        check(include_str!("../../config/crates-io-staging.toml"));
        check(include_str!("../../docs/examples/two-targets.toml"));
        for (_, preset) in signpost_rows::PRESETS {
            check(preset);
        }
    }

    #[test]
    fn the_lock_file_has_each_crate_of_the_examples_once() {
        let authored = compile(include_str!("../../config/crates-io.toml")).unwrap();
        let text = lock_file(&authored).unwrap();
        let lock: toml_edit::DocumentMut = text.parse().unwrap();
        let packages = lock["package"].as_array_of_tables().unwrap();
        let versions: Vec<_> = packages.iter().map(|one| one["version"].as_str()).collect();
        // Only the readme of `toml` is among the examples.
        assert!(!text.contains("\"toml\""), "{text}");
        assert!(versions.contains(&Some("0.12.25+1.3.0")), "{text}");
        assert_eq!(packages.len(), 8);

        let authored = compile(signpost_rows::preset("npm")).unwrap();
        assert_eq!(lock_file(&authored), None);
    }

    #[test]
    fn a_path_in_the_base_is_left_out_and_inline_tables_are_read() {
        check(
            r#"
allowed_hosts = ["cdn.example"]
origin = { backends = ["origin"] }
targets = { mirror = { base = "cdn.example:8443/mirror/" } }

[[routes]]
name = "download"
path = "/{name:crate}/{version:semver}"
target = "mirror"
location = "/{name}-{version}"
examples = [{ request = "/a/1.0.0", location = "https://cdn.example:8443/mirror/a-1.0.0" }]
"#,
        );
    }
}
