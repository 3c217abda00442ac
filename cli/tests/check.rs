//! `signpost check` as the process that operators and scripts run.

mod tool;

use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::PathBuf;

use serde_json::{Value, json};
use signpost_rows::PRODUCTION;
use tool::{ended, signpost};

/// The exit code, standard output and standard error of `signpost check` in the workspace.
fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(&mut signpost(&[&["check"], arguments].concat()))
}

/// The same with something on standard input.
fn check_given(input: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(input.as_bytes()).unwrap();
    file.rewind().unwrap();
    ended(signpost(&[&["check"], arguments].concat()).stdin(file))
}

struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path.into_os_string().into_string().unwrap()
    }
}

#[test]
fn productions_own_files_have_no_problem_and_differ_only_where_they_may() {
    let files = ["config/crates-io.toml", "config/crates-io-staging.toml"];
    let (code, text, errors) = check(&files);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{text}");
    let expected = "\
config/crates-io.toml: no problem (revision 9edb0c5544a6, 3 routes, 18 examples)
  entry: 825 of 8,000 characters (10 %)
config/crates-io-staging.toml: no problem (revision d579def14e79, 3 routes, 18 examples)
  entry: 857 of 8,000 characters (11 %)
config/crates-io-staging.toml differs from config/crates-io.toml:
  allowed_hosts (may differ)
    - static.crates.io
    + static.staging.crates.io
  hosts (may differ)
    - crates.io, static.crates.io
    + staging.crates.io, static.staging.crates.io
  targets.static.base (may differ)
    - https://static.crates.io
    + https://static.staging.crates.io
";
    assert_eq!(text, expected);
}

#[test]
fn a_missing_slash_is_underlined() {
    let files = Files::new();
    let bad = PRODUCTION.replacen("\"/crates/{name}", "\"crates/{name}", 1);
    let file = files.write("bad.toml", bad);
    let (code, text, errors) = check(&[&file]);
    assert_eq!((code, errors.as_str()), (Some(1), ""), "{text}");
    let expected = format!(
        "\
    ╭─[{file}:34:12]
 33 │ target   = \"static\"
 34 │ location = \"crates/{{name}}/{{name}}-{{version}}.crate\"
    ·            ───────────────────┬──────────────────
    ·                               ╰── routes[0].location
 35 │ 
    ╰────
  help: signpost check --explain location-invalid

{file}: 1 problem
"
    );
    assert!(text.ends_with(&expected), "{expected} is not in {text}");
}

#[test]
fn the_compiled_form_is_checked_as_the_edge_does() {
    let files = Files::new();
    let output = signpost(&["compile", "config/crates-io.toml"])
        .output()
        .unwrap();
    let file = files.write("config.json", &output.stdout);
    let (code, text, _) = check(&[&file]);
    let expected = format!(
        "{file}: no problem (revision 9edb0c5544a6, 3 routes, compiled)\n  entry: 825 of 8,000 characters (10 %)\n"
    );
    assert_eq!((code, text), (Some(0), expected));
    let (code, text, _) = check(&["config/crates-io.toml", &file]);
    let same = format!("{file} says the same as config/crates-io.toml\n");
    assert_eq!(code, Some(0));
    assert!(text.ends_with(&same), "{text}");
    let changed = String::from_utf8(output.stdout).unwrap();
    let changed = changed.replace("/readmes/", "/readme/");
    let file = files.write("changed.json", changed);
    let (code, text, _) = check(&[&file]);
    assert_eq!(code, Some(1));
    let start = "error[revision-mismatch]\n  × ";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("changed.json: the content is not"), "{text}");
}

#[test]
fn what_may_differ_is_the_operators_choice() {
    let files = Files::new();
    let changed = PRODUCTION.replace("\"full\"", "\"none\"").replace(
        "name     = \"readme\"",
        "name     = \"readme\"\nstatus = 307",
    );
    let file = files.write("changed.toml", changed);
    for (may_differ, code, problems) in [
        (&[][..], 1, &["log.client_ip", "routes.readme.status"][..]),
        (&["log"], 1, &["routes.readme.status"]),
        (&["log.client_ip", "routes.*.status"], 0, &[]),
        (&["log,routes.readme"], 0, &[]),
        (
            &["routes.download.status,"],
            1,
            &["log.client_ip", "routes.readme.status"],
        ),
    ] {
        let mut arguments = vec!["--format", "json"];
        for key in may_differ {
            arguments.extend(["--may-differ", key]);
        }
        arguments.extend(["config/crates-io.toml", &file]);
        let (found, json, _) = check(&arguments);
        let report: Value = serde_json::from_str(&json).unwrap();
        let list = report["files"][1]["problems"].as_array().unwrap();
        let keys: Vec<_> = list
            .iter()
            .map(|problem| problem["key"].as_str().unwrap())
            .collect();
        assert_eq!(
            (found, keys),
            (Some(code), problems.to_vec()),
            "{may_differ:?}"
        );
        assert_eq!(report["differences"].as_array().unwrap().len(), 2);
    }
}

#[test]
fn what_has_problems_is_not_compared_and_that_is_said() {
    let files = Files::new();
    let bad = files.write("bad.toml", "");
    for arguments in [
        ["config/crates-io.toml", &bad],
        [&bad, "config/crates-io.toml"],
    ] {
        let (code, text, _) = check(&arguments);
        assert_eq!(code, Some(1));
        let [first, later] = arguments;
        let end = format!("{later} was not compared with {first}: correct the problems first\n");
        assert!(text.ends_with(&end), "{text}");
    }
}

#[test]
fn the_json_has_everything() {
    let (code, json, _) = check(&[
        "--format",
        "json",
        "config/crates-io.toml",
        "config/crates-io-staging.toml",
    ]);
    assert_eq!(code, Some(0));
    let staging = "config/crates-io-staging.toml";
    let difference = |key: &str, old: &str, new: &str| json!({ "file": staging, "key": key, "old": old, "new": new, "allowed": true });
    let expected = json!({
        "files": [
            {
                "file": "config/crates-io.toml",
                "revision": "9edb0c5544a6",
                "entry": { "characters": 825, "limit": 8000, "percent": 10 },
                "problems": [],
                "warnings": [],
            },
            {
                "file": staging,
                "revision": "d579def14e79",
                "entry": { "characters": 857, "limit": 8000, "percent": 11 },
                "problems": [],
                "warnings": [],
            },
        ],
        "differences": [
            difference("allowed_hosts", "static.crates.io", "static.staging.crates.io"),
            difference(
                "hosts",
                "crates.io, static.crates.io",
                "staging.crates.io, static.staging.crates.io",
            ),
            difference(
                "targets.static.base",
                "https://static.crates.io",
                "https://static.staging.crates.io",
            ),
        ],
    });
    assert_eq!(serde_json::from_str::<Value>(&json).unwrap(), expected);
}

#[test]
fn a_dl_is_tried_on_every_file() {
    let (production, staging) = ("config/crates-io.toml", "config/crates-io-staging.toml");
    let of_host = "the routes do not apply to its host";
    let slash = "leave out the slash at the end";
    for (dl, file, problems) in [
        ("https://static.crates.io/crates", production, &[][..]),
        ("https://static.crates.io/crates", staging, &[of_host]),
        ("https://static.crates.io/crates/", production, &[slash]),
        (
            "https://static.crates.io/crates/",
            staging,
            &[slash, of_host],
        ),
        (
            "https://static.staging.crates.io/crates",
            production,
            &[of_host],
        ),
    ] {
        let (code, text, _) = check(&["--dl", dl, production, file]);
        assert_eq!(code, Some(i32::from(!problems.is_empty())), "{text}");
        for problem in problems {
            assert!(text.contains(problem), "{dl} {file}: {text}");
        }
    }
}

#[test]
fn a_code_is_explained_without_a_file() {
    let (code, text, errors) = check(&["--explain", "base-host-not-allowed"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(text.starts_with("base-host-not-allowed: The host of a base"));
    for part in ["2023-07-20", "\nWrong:\n", "\nRight:\n"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}

#[test]
fn what_could_not_run_is_said_in_words() {
    let files = Files::new();
    let not_text = files.write("not-text.toml", b"allowed_hosts = [\"\xff\"]");
    let huge = files.write("huge.toml", "#".repeat((1 << 20) + 1));
    let missing = files.path("missing.toml");
    for (arguments, words) in [
        (&[][..], "required"),
        (
            &[missing.to_str().unwrap()],
            "missing.toml: there is no such file",
        ),
        (&["config"], "cannot read config: it is a directory"),
        (&[&*not_text], "not-text.toml: it is not UTF-8"),
        (&[&*huge], "huge.toml: it is larger than 1 MiB"),
        (
            &["--may-differ", "tagets", "config/crates-io.toml"],
            "the nearest are `targets`, ",
        ),
        (&["-", "-"], "standard input can be read only once"),
        (
            &["--may-differ", "tagets.*.base", "config/crates-io.toml"],
            "names `tagets.*.base`, which is not a key of these files; the nearest are `targets.static.base`",
        ),
        (
            &[
                "--may-differ",
                "hosts,routes.readme.stats",
                "config/crates-io.toml",
                "config/crates-io-staging.toml",
            ],
            "the nearest are `routes.readme.status`, ",
        ),
        (
            &["--explain", "example-failz"],
            "a similar value exists: 'example-fails'",
        ),
        (
            &["--explain", "differs", "config/crates-io.toml"],
            "cannot be used with",
        ),
        (
            &["--explain", "differs", "--format", "json"],
            "cannot be used with",
        ),
        (&["--explain", "differs", "--strict"], "cannot be used with"),
        (
            &["--dl", "static.crates.io", "config/crates-io.toml"],
            "it is not a URL",
        ),
        (
            &["--dl", "https://x/{name}", "config/crates-io.toml"],
            "not a marker of cargo",
        ),
        (
            &["--format", "yaml", "config/crates-io.toml"],
            "invalid value 'yaml'",
        ),
    ] {
        let (code, text, errors) = check(arguments);
        assert_eq!((code, text.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(errors.starts_with("error: "), "{arguments:?}: {errors}");
        assert!(errors.contains(words), "{words} is not in {errors}");
    }
}

#[test]
fn what_can_be_read_is_reported_beside_what_cannot() {
    let files = Files::new();
    let bad = files.write("bad.toml", PRODUCTION.replace("cors", "korz"));
    let (good, missing) = ("config/crates-io.toml", "missing.toml");
    let words = "cannot read missing.toml: there is no such file";
    for names in [
        [bad.as_str(), missing, good],
        [missing, &bad, good],
        [good, &bad, missing],
    ] {
        let (code, text, errors) = check(&names);
        assert_eq!((code, errors), (Some(2), format!("error: {words}\n")));
        assert_eq!(text.matches("error[key-unknown]").count(), 1, "{text}");
        assert!(text.contains(&format!("{good}: no problem")), "{text}");
        assert_eq!(
            text.contains("not compared with missing.toml, which could not be read"),
            names[0] == missing,
            "{text}"
        );
        let (code, json, _) = check(&[&["--format", "json"][..], &names].concat());
        assert_eq!(code, Some(2));
        let report: Value = serde_json::from_str(&json).unwrap();
        for (file, name) in report["files"].as_array().unwrap().iter().zip(names) {
            assert_eq!(file["file"], name);
            let number = file["problems"].as_array().unwrap().len();
            assert_eq!(number, usize::from(name == bad), "{file}");
            let error = (name == missing).then_some(words);
            assert_eq!(file.get("error").and_then(Value::as_str), error);
        }
    }
}

#[test]
fn a_key_that_may_differ_need_not_be_in_every_file() {
    let files = ["config/crates-io.toml", "config/crates-io-staging.toml"];
    for key in [
        "response.cors",
        "routes.*.status",
        "log",
        "routes.readme.cache_control",
    ] {
        let (code, text, errors) = check(&[
            "--may-differ",
            "allowed_hosts,hosts,targets",
            "--may-differ",
            key,
            files[0],
            files[1],
        ]);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{key}: {text}");
    }
}

#[test]
fn standard_input_is_a_file_as_well() {
    let (code, text, errors) = check_given(PRODUCTION, &["-"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""), "{text}");
    assert!(text.starts_with("<stdin>: no problem (revision "), "{text}");
    let (code, text, _) = check_given(PRODUCTION, &["config/crates-io.toml", "-"]);
    assert_eq!(code, Some(0), "{text}");
    let same = "<stdin> says the same as config/crates-io.toml\n";
    assert!(text.ends_with(same), "{text}");
    let (code, text, _) = check_given(&PRODUCTION.replace("cors", "korz"), &["-"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("─[<stdin>:"), "{text}");
}

#[test]
fn a_byte_order_mark_is_skipped_and_places_are_those_of_the_file() {
    let files = Files::new();
    let compiled = ended(&mut signpost(&["compile", "config/crates-io.toml"])).1;
    for text in [PRODUCTION, &compiled] {
        let file = files.write("marked", format!("\u{feff}{text}"));
        let (code, text, _) = check(&[&file]);
        assert_eq!(code, Some(0), "{text}");
    }
    let marked = "\u{feff}korz = 1\n";
    let file = files.write("marked.toml", marked);
    let (_, json, _) = check(&["--format", "json", &file]);
    let report: Value = serde_json::from_str(&json).unwrap();
    let problems = report["files"][0]["problems"].as_array().unwrap();
    let unknown = problems
        .iter()
        .find(|problem| problem["code"] == "key-unknown");
    let unknown = unknown.unwrap();
    assert_eq!(
        (&unknown["line"], &unknown["column"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(unknown["bytes"], json!({ "start": 3, "end": 7 }));
    assert_eq!(&marked[3..7], "korz");
    let (_, text, _) = check(&[&file]);
    let shown = " 1 │ korz = 1\n   · ──┬─\n";
    assert!(text.contains(shown), "{text}");
}

#[test]
fn text_that_is_not_ascii_is_underlined_at_its_place() {
    let files = Files::new();
    let file = files.write("bad.toml", "allowed_hosts = [\"é\", \"a b\"] # ü\n");
    let (code, text, _) = check(&[&file]);
    assert_eq!(code, Some(1));
    assert!(text.contains(&format!("[{file}:1:23]")), "{text}");
    assert!(
        text.contains("\n   ·                       ──┬──"),
        "{text}"
    );
}

#[test]
fn a_file_that_is_cut_off_is_shown_where_it_ends() {
    let files = Files::new();
    for end in ["allowed_hosts = [", "allowed_hosts = [\"static", "[", "a ="] {
        let file = files.write("cut-off.toml", end);
        let (code, text, errors) = check(&[&file]);
        assert_eq!((code, errors.as_str()), (Some(1), ""));
        assert!(text.starts_with("error[syntax-invalid]\n"), "{text}");
        assert!(text.contains(&format!("[{file}:1:")), "{text}");
    }
}
