//! `signpost init` as the process that operators run.

mod tool;

use std::fs;
use std::path::Path;

use serde_json::Value;
use signpost::authoring::Authored;
use tool::{ended, signpost};

const PRESETS: [&str; 13] = [
    "cargo", "npm", "pypi", "rubygems", "go", "maven", "oci", "debian", "nuget", "hex", "composer",
    "conda", "files",
];

fn init(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(&mut signpost(&[&["init"], arguments].concat()))
}

/// The preset's own file.
fn file(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/presets");
    fs::read_to_string(folder.join(format!("{name}.toml"))).unwrap()
}

#[test]
fn every_preset_is_listed_with_the_first_line_of_its_comment() {
    let (code, text, errors) = init(&["--list"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let names = text.lines().map(|line| line.split(' ').next().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), PRESETS);
    let (code, json, errors) = init(&["--list", "--format", "json"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let rows: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.len(), PRESETS.len());
    for (row, (name, line)) in rows.iter().zip(PRESETS.iter().zip(text.lines())) {
        assert_eq!(row["name"], *name);
        let description = row["description"].as_str().unwrap();
        assert_eq!(line, format!("{name:8}  {description}"));
        let comment = format!("# {name}: {description}\n");
        assert!(file(name).starts_with(&comment), "{name}: {description}");
    }
}

#[test]
fn a_preset_is_printed_as_it_is() {
    for name in PRESETS {
        let (code, text, errors) = init(&[name]);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{name}");
        assert_eq!(text, file(name), "{name}");
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
        for name in PRESETS {
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
fn values_that_do_not_go_together_are_a_problem() {
    // The location would be asked for at the registry again.
    let arguments = [
        "files",
        "--base",
        "https://a.example",
        "--host",
        "a.example",
    ];
    let (code, text, errors) = init(&arguments);
    assert_eq!((code, text.as_str()), (Some(1), ""), "{errors}");
    assert!(errors.contains("error[location-loops]"), "{errors}");
    let end = "with these values; nothing was printed\n";
    assert!(errors.ends_with(end), "{errors}");
}

#[test]
fn what_cannot_be_printed_is_said_in_words() {
    for (arguments, words) in [
        (&[][..], "<NAME>"),
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
    for name in PRESETS {
        let path = folder.path().join(format!("{name}.toml"));
        fs::write(&path, file(name)).unwrap();
        let path = path.to_str().unwrap();
        let authored = Authored::from_toml(&file(name)).unwrap();
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
