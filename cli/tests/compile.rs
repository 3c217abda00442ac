//! `signpost compile` as the process that operators and scripts run.

mod tool;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use signpost_rows::PRODUCTION;
use tool::ended;

const FASTLY_TOML: &str = include_str!("../../fastly.toml");

fn signpost(arguments: &[&str]) -> Output {
    tool::signpost(arguments).output().unwrap()
}

fn compile(file: &Path) -> (Option<i32>, String, String) {
    ended(&mut tool::signpost(&["compile", file.to_str().unwrap()]))
}

fn production(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../config")
        .join(name)
}

#[test]
fn productions_own_files_compile_to_what_the_edge_reads() {
    for name in ["crates-io.toml", "crates-io-staging.toml"] {
        let file = production(name);
        let (code, json, errors) = compile(&file);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{name}");
        let compiled = signpost::config::from_json(&json).unwrap();
        let written = signpost::authoring::from_toml(&fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(compiled, written, "{name}");
    }
}

#[test]
fn a_warning_is_shown_and_the_configuration_compiles() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/problems/route-broad.toml");
    let (code, json, errors) = compile(&file);
    assert_eq!(code, Some(0), "{errors}");
    signpost::config::from_json(&json).unwrap();
    assert!(errors.starts_with("warning[route-broad]\n"), "{errors}");
    assert!(!errors.contains("error["), "{errors}");
}

#[test]
fn every_problem_is_reported_with_its_place() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("bad.toml");
    let bad = PRODUCTION
        .replace(
            "\"https://static.crates.io\"",
            "\"https:/static.crates.io\"",
        )
        .replace("cors = true", "korz = true")
        .replacen("location = \"/crates", "location = \"crates", 1);
    fs::write(&file, &bad).unwrap();
    let (code, json, errors) = compile(&file);
    assert_eq!(code, Some(1), "{errors}");
    assert_eq!(json, "");
    let line_of = |text: &str| 1 + bad[..bad.find(text).unwrap()].matches('\n').count();
    let name = file.display();
    for (code, line) in [
        ("key-unknown", line_of("korz")),
        ("base-invalid", line_of("https:/s")),
        ("location-invalid", line_of("\"crates/")),
    ] {
        let part = format!("error[{code}]\n");
        assert!(errors.contains(&part), "{part} is not in {errors}");
        let place = format!("[{name}:{line}:");
        assert!(errors.contains(&place), "{place} is not in {errors}");
    }
    let end = format!("{name}: 3 problems; it was not compiled\n");
    assert!(errors.ends_with(&end), "{errors}");
}

#[test]
fn what_cannot_be_read_is_said_in_words() {
    let directory = tempfile::tempdir().unwrap();
    let not_text = directory.path().join("not-text.toml");
    fs::write(&not_text, b"allowed_hosts = [\"\xff\"]").unwrap();
    for (file, words) in [
        (
            directory.path().join("missing.toml"),
            "there is no such file",
        ),
        (
            directory.path().to_owned(),
            "it is a directory; name a file",
        ),
        (not_text, "it is not UTF-8"),
    ] {
        let (code, json, errors) = compile(&file);
        let expected = format!("error: cannot read {}: {words}\n", file.display());
        assert_eq!((code, json.as_str(), errors), (Some(2), "", expected));
    }
}

#[test]
fn a_wrong_command_line_could_not_run() {
    for arguments in [&[][..], &["compile"], &["compil"], &["compile", "a", "b"]] {
        let output = signpost(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn help_has_examples_and_exit_codes() {
    let output = signpost(&["compile", "--help"]);
    let help = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    for part in [
        "Examples:",
        "signpost compile config/crates-io.toml",
        "Exit codes: 0",
    ] {
        assert!(help.contains(part), "{part} is not in {help}");
    }
    let version = signpost(&["--version"]);
    assert_eq!(
        String::from_utf8(version.stdout).unwrap(),
        format!("signpost {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_same_meaning_gives_the_same_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let expected = compile(&production("crates-io.toml")).1;
    let base = "\"https://static.crates.io\"\n\n[response]";
    for (name, from, to) in [
        (
            "a base without a scheme",
            base,
            "\"static.crates.io\"\n\n[response]",
        ),
        (
            "a base in capitals",
            base,
            "\"HTTPS://STATIC.crates.IO/\"\n\n[response]",
        ),
        (
            "a base with slashes",
            base,
            "\"https://static.crates.io//\"\n\n[response]",
        ),
        (
            "a base with its port",
            base,
            "\"https://static.crates.io:443\"\n\n[response]",
        ),
        (
            "a host twice, in capitals",
            "[\"static.crates.io\"]",
            "[\"Static.Crates.IO\", \"static.crates.io\"]",
        ),
        (
            "hosts in another order, one in capitals",
            "[\"crates.io\", \"static.crates.io\"]",
            "[\"static.crates.io\", \"Crates.IO\"]",
        ),
        (
            "keys in another order",
            "cors = true\njson = true\nhsts = \"max-age=31536000; includeSubDomains\"",
            "hsts = \"max-age=31536000; includeSubDomains\"\njson = true\ncors = true",
        ),
        (
            "tables in another order",
            "[origin]\nbackends = [\"origin\"]\n\n[targets.static]\nbase = \"https://static.crates.io\"",
            "[targets.static]\nbase = \"https://static.crates.io\"\n[origin]\nbackends = [\"origin\"]",
        ),
        (
            "defaults written out",
            "name     = \"readme\"",
            "name = \"readme\"\nstatus = 302\njson = true",
        ),
        (
            "another comment",
            "# What cargo asks for.",
            "# What it asks for.",
        ),
        ("other spaces", "name     = ", "name="),
        ("another quotation", "\"signpost-log\"", "'signpost-log'"),
        ("line ends of another kind", "\n", "\r\n"),
    ] {
        assert!(PRODUCTION.contains(from), "{name}");
        let file = directory.path().join("respelt.toml");
        fs::write(&file, PRODUCTION.replace(from, to)).unwrap();
        let (code, json, errors) = compile(&file);
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{name}");
        assert_eq!(json, expected, "{name}");
    }
}

#[test]
fn the_json_is_written_where_it_is_wanted() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name| {
        directory
            .path()
            .join(name)
            .into_os_string()
            .into_string()
            .unwrap()
    };
    let (out, manifest) = (path("config.json"), path("fastly.toml"));
    let before = FASTLY_TOML.replace("config = '{", "config = '{\"old\":1,");
    fs::write(&manifest, &before).unwrap();
    let file = production("crates-io.toml");
    let output = signpost(&[
        "compile",
        file.to_str().unwrap(),
        "--out",
        &out,
        "--fastly-toml",
        &manifest,
    ]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let said = format!(
        "wrote revision 9edb0c5544a6 to {out}\nwrote revision 9edb0c5544a6 to {manifest}\n"
    );
    assert_eq!(String::from_utf8(output.stderr).unwrap(), said);
    assert_eq!(fs::read_to_string(&out).unwrap(), compile(&file).1);
    assert_eq!(fs::read_to_string(&manifest).unwrap(), FASTLY_TOML);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn nothing_is_written_where_something_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name| {
        directory
            .path()
            .join(name)
            .into_os_string()
            .into_string()
            .unwrap()
    };
    let (bad, out, manifest) = (path("bad.toml"), path("config.json"), path("fastly.toml"));
    fs::write(&bad, PRODUCTION.replace("cors", "korz")).unwrap();
    fs::write(&out, "old").unwrap();
    fs::write(&manifest, "name = \"x\"\n").unwrap();
    let good = production("crates-io.toml");
    let good = good.to_str().unwrap();
    for (arguments, code, words) in [
        (
            &[&*bad, "--out", &out][..],
            1,
            "1 problem; it was not compiled",
        ),
        (
            &[good, "--out", &out, "--fastly-toml", &manifest],
            2,
            "fastly.toml: it has no table [local_server.config_stores.signpost]",
        ),
        (
            &[good, "--out", &out, "--fastly-toml", "/nowhere/fastly.toml"],
            2,
            "there is no such file",
        ),
        (
            &[good, "--out", "/nowhere/config.json"],
            2,
            "cannot write /nowhere/config.json: there is no directory /nowhere; make it first",
        ),
    ] {
        let output = signpost(&[&["compile"], arguments].concat());
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{errors}");
        assert!(errors.contains(words), "{words} is not in {errors}");
        assert!(output.stdout.is_empty());
        assert_eq!(fs::read_to_string(&out).unwrap(), "old");
        assert_eq!(fs::read_to_string(&manifest).unwrap(), "name = \"x\"\n");
    }
}

#[test]
fn what_is_compiled_already_is_not_compiled_again() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.json");
    fs::write(&file, compile(&production("crates-io.toml")).1).unwrap();
    let (code, _, errors) = compile(&file);
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("is compiled already; name the TOML file"),
        "{errors}"
    );
}

#[test]
fn what_is_read_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| {
        let path = directory.path().join(name);
        path.into_os_string().into_string().unwrap()
    };
    let (source, manifest) = (path("in.toml"), path("fastly.toml"));
    fs::write(&source, PRODUCTION).unwrap();
    fs::write(&manifest, FASTLY_TOML).unwrap();
    let (mut links, mut roundabout) = (Vec::new(), path("./in.toml"));
    roundabout.insert_str(0, "/.");
    #[cfg(unix)]
    {
        for (name, file) in [("link", &source), ("link-to-manifest", &manifest)] {
            std::os::unix::fs::symlink(file, path(name)).unwrap();
        }
        fs::hard_link(&source, path("hard-link")).unwrap();
        links.extend([
            (
                vec![path("in.toml"), "--out".into(), path("link")],
                "--out names",
            ),
            (
                vec![path("link"), "--out".into(), path("in.toml")],
                "--out names",
            ),
            (
                vec![path("in.toml"), "--out".into(), path("hard-link")],
                "--out names",
            ),
            (
                vec![
                    path("in.toml"),
                    "--out".into(),
                    path("link-to-manifest"),
                    "--fastly-toml".into(),
                    path("fastly.toml"),
                ],
                "which is the file of --fastly-toml",
            ),
        ]);
    }
    let rows = [
        (
            vec![source.clone(), "--out".into(), source.clone()],
            "which is the configuration",
        ),
        (
            vec![source.clone(), "--out".into(), roundabout],
            "which is the configuration",
        ),
        (
            vec![source.clone(), "--fastly-toml".into(), source.clone()],
            "--fastly-toml names",
        ),
        (
            vec![
                source.clone(),
                "--out".into(),
                manifest.clone(),
                "--fastly-toml".into(),
                manifest.clone(),
            ],
            "which is the file of --fastly-toml",
        ),
        (
            vec!["-".into(), "--out".into(), source.clone()],
            "which is the configuration",
        ),
    ];
    for (arguments, words) in rows.into_iter().chain(links) {
        let input = fs::File::open(&source).unwrap();
        let mut command = tool::signpost(&["compile"]);
        let (code, json, errors) = ended(command.args(&arguments).stdin(input));
        assert_eq!(
            (code, json.as_str()),
            (Some(2), ""),
            "{arguments:?}: {errors}"
        );
        assert!(errors.contains(words), "{arguments:?}: {errors}");
        assert_eq!(fs::read_to_string(&source).unwrap(), PRODUCTION);
        assert_eq!(fs::read_to_string(&manifest).unwrap(), FASTLY_TOML);
    }
}

/// Not even the superuser makes a file in a directory whose path leaves no room for a name.
#[cfg(target_os = "linux")]
#[test]
fn nothing_is_written_where_one_of_two_files_cannot_be() {
    const LONGEST_PATH: usize = 4095;
    let directory = tempfile::tempdir().unwrap();
    let out = directory.path().join("config.json");
    fs::write(&out, "old").unwrap();
    let mut deep = directory.path().canonicalize().unwrap();
    let name_of_file = "/f".len();
    while let left @ 1.. = LONGEST_PATH - name_of_file - deep.as_os_str().len() {
        // A step is a slash and at least one letter.
        let length = if left > 202 {
            200
        } else if left > 200 {
            100
        } else {
            left - 1
        };
        deep.push("d".repeat(length));
    }
    fs::create_dir_all(&deep).unwrap();
    let manifest = deep.join("f");
    fs::write(&manifest, FASTLY_TOML).unwrap();
    let (code, json, errors) = ended(
        tool::signpost(&["compile", "config/crates-io-staging.toml", "--out"])
            .arg(&out)
            .arg("--fastly-toml")
            .arg(&manifest),
    );
    assert_eq!((code, json.as_str()), (Some(2), ""), "{errors}");
    assert!(errors.starts_with("error: cannot write /"), "{errors}");
    assert_eq!(fs::read_to_string(&out).unwrap(), "old");
    assert_eq!(fs::read_to_string(&manifest).unwrap(), FASTLY_TOML);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
}

#[test]
fn standard_input_and_output_are_files_as_well() {
    let directory = tempfile::tempdir().unwrap();
    let manifest = directory.path().join("fastly.toml");
    let expected = compile(&production("crates-io.toml")).1;
    fs::write(&manifest, format!("\u{feff}{FASTLY_TOML}")).unwrap();
    let manifest = manifest.to_str().unwrap();
    for arguments in [
        &["-"][..],
        &["-", "--out", "-"],
        &["config/crates-io.toml", "--out", "-"],
        &["-", "--out", "-", "--fastly-toml", manifest],
    ] {
        let input = fs::File::open(production("crates-io.toml")).unwrap();
        let mut command = tool::signpost(&[&["compile"], arguments].concat());
        let (code, json, errors) = ended(command.stdin(input));
        assert_eq!(
            (code, json.as_str()),
            (Some(0), &*expected),
            "{arguments:?}: {errors}"
        );
    }
    assert_eq!(
        fs::read_to_string(manifest).unwrap(),
        format!("\u{feff}{FASTLY_TOML}")
    );
}

#[test]
fn a_byte_order_mark_is_skipped() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("marked.toml");
    fs::write(&file, format!("\u{feff}{PRODUCTION}")).unwrap();
    assert_eq!(compile(&file), compile(&production("crates-io.toml")));
}
