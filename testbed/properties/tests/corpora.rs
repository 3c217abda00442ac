//! Every input that a fuzzer has shown to matter is tried again, and every property is fuzzed.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

use signpost_properties::ALL;

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The names in a folder of `fuzz/`.
#[track_caller]
fn names(folder: &str) -> BTreeSet<String> {
    let folder = fuzz().join(folder);
    let entries =
        fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.collect()
}

#[test]
fn every_property_holds_for_its_corpus() {
    for (name, property) in ALL {
        let inputs = names(&format!("corpus/{name}"));
        assert!(inputs.len() >= 5, "{name} has {} inputs", inputs.len());
        for input in inputs {
            let input = fuzz().join("corpus").join(name).join(input);
            let bytes = fs::read(&input).unwrap();
            let held = catch_unwind(|| property(&bytes));
            assert!(held.is_ok(), "it does not hold for {}", input.display());
        }
    }
}

#[test]
fn every_property_has_a_target_and_a_corpus() {
    let properties: BTreeSet<_> = ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    let targets = names("fuzz_targets");
    let targets: BTreeSet<_> = targets.iter().map(|file| file.replace(".rs", "")).collect();
    assert_eq!(targets, properties);
    assert_eq!(names("corpus"), properties);
    let manifest = fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
    for name in properties {
        let target = format!(
            "#![no_main]\nlibfuzzer_sys::fuzz_target!(|bytes: &[u8]| signpost_properties::{name}(bytes));\n"
        );
        let path = format!("fuzz_targets/{name}.rs");
        assert_eq!(
            fs::read_to_string(fuzz().join(&path)).unwrap(),
            target,
            "{path}"
        );
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{path}");
    }
}
