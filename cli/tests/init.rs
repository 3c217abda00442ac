//! `signpost init` as the process that operators run.

mod tool;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use signpost::authoring::Authored;
use signpost_rows::{PRESETS, preset};
use tool::{ended, signpost};

fn init(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(&mut signpost(&[&["init"], arguments].concat()))
}

/// Every list of the presets has those of the folder.
#[test]
fn every_file_of_the_folder_is_a_preset_in_the_tests_too() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/presets");
    let files: BTreeMap<_, _> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    let presets = PRESETS.map(|(name, text)| (name.to_owned(), text.to_owned()));
    assert_eq!(files, BTreeMap::from(presets));
}

#[test]
fn every_preset_is_listed_with_the_first_line_of_its_comment() {
    let (code, text, errors) = init(&["--list"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let names: Vec<_> = text
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let presets = PRESETS.map(|(name, _)| name);
    assert_eq!(
        names.iter().copied().collect::<BTreeSet<_>>(),
        BTreeSet::from(presets)
    );
    let (code, json, errors) = init(&["--list", "--format", "json"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.len(), PRESETS.len());
    for (row, (name, line)) in rows.iter().zip(names.iter().zip(text.lines())) {
        assert_eq!(row["name"], *name);
        let description = row["description"].as_str().unwrap();
        assert_eq!(line, format!("{name:8}  {description}"));
        let comment = format!("# {name}: {description}\n");
        assert!(preset(name).starts_with(&comment), "{name}: {description}");
    }
}

#[test]
fn a_preset_is_printed_as_it_is() {
    for (name, expected) in PRESETS {
        let (code, text, errors) = init(&[name]);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{name}");
        assert_eq!(text, expected, "{name}");
        Authored::from_toml(&text).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    }
}

#[test]
fn with_an_operators_values_each_preset_compiles() {
    for (base, host, written, base_host) in [
        (
            "HTTPS://Files.Org/pub/",
            "Packages.Org",
            "https://files.org/pub",
            "files.org",
        ),
        (
            "cdn.registry.example",
            "packages.org",
            "https://cdn.registry.example",
            "cdn.registry.example",
        ),
        (
            "http://127.0.0.1:8080",
            "localhost",
            "http://127.0.0.1:8080",
            "127.0.0.1",
        ),
    ] {
        for (name, _) in PRESETS {
            let (code, text, errors) = init(&[name, "--base", base, "--host", host]);
            let row = format!("{name} at {base}");
            assert_eq!((code, errors.as_str()), (Some(0), ""), "{row}");
            let authored = Authored::from_toml(&text);
            let authored = authored.unwrap_or_else(|problems| panic!("{row}: {problems}"));
            let config = authored.config();
            let bases: Vec<_> = config.targets().map(|it| it.base().to_string()).collect();
            assert_eq!(bases, [written], "{row}");
            let hosts: Vec<_> = config
                .allowed_hosts()
                .iter()
                .map(ToString::to_string)
                .collect();
            assert_eq!(hosts, [base_host], "{row}");
            let hosts: Vec<_> = config.hosts().unwrap().iter().collect();
            assert_eq!(hosts[0].as_str(), host.to_lowercase(), "{row}");
            assert_eq!(hosts.len(), 1, "{row}");
        }
    }
}

#[test]
fn a_cdn_at_the_registrys_own_host_is_one_problem() {
    for (name, _) in PRESETS {
        for (arguments, host) in [
            (
                &["--base", "https://a.example", "--host", "a.example"][..],
                "a.example",
            ),
            (&["--base", "registry.example"], "registry.example"),
            (&["--host", "cdn.example"], "cdn.example"),
        ] {
            let (code, text, errors) = init(&[&[name], arguments].concat());
            let row = format!("{name} {arguments:?}");
            if code == Some(0) {
                // Its files have other paths at the CDN.
                Authored::from_toml(&text).unwrap_or_else(|problems| panic!("{row}: {problems}"));
                continue;
            }
            assert_eq!((code, text.as_str()), (Some(1), ""), "{row}: {errors}");
            let lines: Vec<_> = errors
                .lines()
                .map(|line| line.trim_matches([' ', '│', '×']))
                .collect();
            let words = lines.join(" ");
            let first = format!(
                "error[location-loops] <{name}>: the CDN (`--base`) is at the registry's own host (`--host`), `{host}`, so the \
                 edge would redirect to itself; give the CDN another host or a folder"
            );
            assert!(words.starts_with(&first), "{row}: {errors}");
            let end = "\n1 problem with these values; nothing was printed\n";
            assert!(errors.ends_with(end), "{row}: {errors}");
        }
    }
    let (code, ..) = init(&["files", "--base", "a.example", "--host", "a.example"]);
    assert_eq!(code, Some(1));
}

#[test]
fn what_cannot_be_printed_is_said_in_words() {
    for (arguments, words) in [
        (&[][..], "<NAME>"),
        (
            &[],
            "\nUsage: signpost init <NAME> [--base <URL>] [--host <HOST>]\n       signpost init --list",
        ),
        (&["npn"], "a similar value exists: 'npm'"),
        (&["npn"], "[possible values: cargo, npm, pypi, "),
        (
            &["npm", "--base", "https:/cdn.example"],
            "write it as https://",
        ),
        (
            &["npm", "--base", "ftp://cdn.example"],
            "has the scheme ftp",
        ),
        (
            &["npm", "--host", "https://a.example"],
            "is more than a host",
        ),
        (&["npm", "--host", "localhost:80"], "is more than a host"),
        (&["npm", "--list"], "cannot be used with"),
        (
            &["--list", "--base", "https://a.example"],
            "cannot be used with",
        ),
        (&["npm", "--format", "json"], "cannot be used with"),
    ] {
        let (code, text, errors) = init(arguments);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(errors.contains(words), "{words} is not in {errors}");
    }
}

#[test]
fn each_example_of_a_preset_is_explained_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    for (name, toml) in PRESETS {
        let path = folder.path().join(format!("{name}.toml"));
        fs::write(&path, toml).unwrap();
        let path = path.to_str().unwrap();
        let authored = Authored::from_toml(toml).unwrap();
        assert_eq!(authored.warnings(), [], "{name}");
        let leading = authored.examples().iter().map(|example| {
            let first = format!("✓ 302: redirected to\n  {}\n", example.location());
            (example.request(), first)
        });
        let to_origin = authored.origin_examples().iter();
        let to_origin = to_origin.map(|it| (it.request(), "- The origin answers: ".to_owned()));
        for (request, first) in leading.chain(to_origin) {
            let (code, text, errors) = ended(&mut signpost(&["explain", path, request]));
            assert_eq!(code, Some(0), "{name}: {request}: {errors}");
            assert!(text.starts_with(&first), "{name}: {request}\n{text}");
        }
        let arguments = ["plan", "none", path, "--format", "json"];
        let (code, json, errors) = ended(&mut signpost(&arguments));
        assert_eq!((code, errors.as_str()), (Some(1), ""), "{name}");
        let plan: Value = serde_json::from_str(&json).unwrap();
        let (leading, left) = (authored.examples().len(), authored.origin_examples().len());
        assert_eq!(plan["changed"]["origin-to-redirect"], leading, "{name}");
        assert_eq!(plan["changed"]["other-reason"], left, "{name}");
    }
}
