//! `cargo xtask impact`, in repositories that the tests make, and on this one.

#![cfg(unix)]

mod pull_request;
mod repository;
mod this_repository;

use std::fs;

use repository::Repository;
use serde_json::json;

#[test]
fn a_pattern_names_files_from_the_root() {
    for (pattern, file, expected) in [
        ("src/**", "src/main.rs", true),
        ("src/**", "src/edge/send.rs", true),
        ("src/**", "cli/src/main.rs", false),
        ("src/**", "src", false),
        ("config/*.toml", "config/crates-io.toml", true),
        ("config/*.toml", "config/old/crates-io.toml", false),
        ("config/*.toml", "config/notes.md", false),
        ("Cargo.toml", "Cargo.toml", true),
        ("Cargo.toml", "cli/Cargo.toml", false),
        ("LICENSE-*", "LICENSE-MIT", true),
        (".ci/**", ".ci/run", true),
        (".ci/**", "xci/run", false),
    ] {
        let repository = Repository::new();
        repository.list_with("paths", &format!("paths = [\"{pattern}\"]"));
        let unlisted = &repository.of_files(&[file])["unlisted"];
        let unlisted = unlisted.as_array().unwrap();
        assert_eq!(unlisted.is_empty(), expected, "{pattern} and {file}");
    }
}

#[test]
fn a_wrong_list_is_refused() {
    let repository = Repository::new();
    let again = "checks = [\"a test\"]\n[[areas]]\nname = \"The redirect path\"\npaths = [\"a\"]\n\
                 breaks = \"a\"\nchecks = [\"a\"]";
    for (key, line, expected) in [
        ("paths", r#"paths = ["/src/**"]"#, "not a path"),
        ("paths", r#"paths = ["src/"]"#, "not a path"),
        ("paths", r#"paths = ["src/**/a"]"#, "not a path"),
        ("paths", r#"paths = ["**"]"#, "not a path"),
        ("paths", r#"paths = [""]"#, "not a path"),
        ("paths", r#"paths = ["src/[ab]"]"#, "write letters"),
        ("paths", r#"paths = ["!src/a"]"#, "write letters"),
        ("paths", r#"paths = ["a b"]"#, "write letters"),
        ("paths", r#"paths = ["src/{a,b}"]"#, "write letters"),
        ("paths", r#"paths = ["docs/**"]"#, "is there twice"),
        ("paths", "paths = []", "has no paths"),
        ("checks", "checks = []", "has no checks"),
        ("checks", r#"checks = ["a | b"]"#, "must be one line"),
        ("checks", again, "two areas"),
        ("breaks", r#"breaks = " ""#, "must be one line"),
        ("breaks", "breaks = 1", "invalid type"),
        ("breaks", r#"brakes = "downloads""#, "brakes"),
        ("owner", r#"owner = "@a""#, "is not a team"),
        ("owner", r#"owner = "a/b""#, "is not a team"),
        ("owner", r#"owner = "@a/b @c/d""#, "is not a team"),
        ("owner", r#"owner = "@/b""#, "is not a team"),
    ] {
        repository.list_with(key, line);
        let error = repository.impact(&["--files", "names"]).unwrap_err();
        assert!(error.contains(expected), "{line}: {error}");
    }
}

#[test]
fn a_report_names_files_what_could_break_and_what_to_show() {
    let high = "### High impact: this change needs a second pair of eyes\n";
    let source = "\nWhat could break: Every download.\n\nTo be shown in the review:\n\n\
                  - [ ] `cargo xtask test`\n- [ ] `signpost smoke`\n";
    let none = "### No file of high impact\n\nNo other file changed.\n";
    let repository = Repository::new();
    for (files, expected) in [
        (&[][..], none.to_owned()),
        (&["docs/a"], none.replace("No other", "One ordinary")),
        (
            &["docs/a", "docs/b", "src/a", "src/edge/b"],
            format!(
                "{high}\n**The redirect path**\n\n- `src/a`\n- `src/edge/b`\n{source}\n\
                 2 ordinary files changed.\n"
            ),
        ),
        (
            &["docs/reviewing.md"],
            format!(
                "{high}\n**The rules**\n\n- `docs/reviewing.md`\n\nWhat could break: The review.\
                 \n\nTo be shown in the review:\n\n- [ ] a reason\n\nNo other file changed.\n"
            ),
        ),
        (
            &["a\u{1b}# b", "src/@a/b` [c](d)", "x/`<img>`"],
            format!(
                "{high}\n**The redirect path**\n\n- `src/@a/b' [c](d)`\n{source}\n**Not on the \
                 list**\n\n- `a\u{fffd}# b`\n- `x/'<img>'`\n\nThey count as high impact until \
                 .github/impact.toml says what they can break.\n\nNo other file changed.\n"
            ),
        ),
    ] {
        let markdown = repository.report(files, "markdown");
        assert_eq!(markdown, expected, "{files:?}");
        let plain = expected.replace("### ", "").replace("**", "");
        let text = repository.report(files, "text");
        assert_eq!(text, plain.replace("[ ] ", ""), "{files:?}");
    }
}

#[test]
fn a_long_list_of_files_is_cut() {
    let repository = Repository::new();
    for (count, more) in [(25, 0), (27, 1)] {
        let files: Vec<_> = (0..count)
            .map(|number| format!("src/{number}.rs"))
            .collect();
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        let text = repository.report(&files, "text");
        assert_eq!(text.matches(".rs").count(), 25, "{count}");
        assert_eq!(text.matches("\n- and 2 more\n").count(), more, "{count}");
    }
}

#[test]
fn programs_read_the_same() {
    let repository = Repository::new();
    let expected = json!({
        "high_impact": true,
        "areas": [{
            "name": "The redirect path",
            "breaks": "Every download.",
            "checks": ["`cargo xtask test`", "`signpost smoke`"],
            "files": ["src/a.rs"],
        }],
        "unlisted": ["x"],
        "ordinary": ["docs/a.md"],
    });
    assert_eq!(
        repository.of_files(&["docs/a.md", "src/a.rs\r", "", "x", "x"]),
        expected
    );
    assert_eq!(repository.of_files(&[])["high_impact"], false);
    let error = repository.impact(&["--files", "none"]).unwrap_err();
    assert!(error.contains("cannot read none"), "{error}");
}

#[test]
fn a_change_is_what_is_committed_and_what_is_not() {
    let repository = Repository::new();
    repository.check_changed(None, &[]);
    repository.git("switch --quiet --create work");
    repository.write("a new one", "");
    repository.git("mv renamed näme");
    repository.commit();
    repository.write("edited", "another text");
    repository.write("staged", "another text");
    repository.git("add staged");
    fs::remove_file(repository.root().join("removed")).unwrap();
    repository.write("untracked", "");
    repository.write("ignored", "");
    let all = "a new one,edited,näme,removed,renamed,staged,untracked";
    repository.check_changed(None, &all.split(',').collect::<Vec<_>>());
    let uncommitted = ["edited", "removed", "staged", "untracked"];
    repository.check_changed(Some("work"), &uncommitted);
}

#[test]
fn what_main_got_meanwhile_does_not_count() {
    let repository = Repository::new();
    repository.git("branch work");
    repository.write("edited", "another text");
    repository.commit();
    repository.git("switch --quiet work");
    repository.check_changed(None, &[]);
}

#[test]
fn an_error_names_what_is_missing() {
    let repository = Repository::new();
    let check = |base: &[&str], expected: &str| {
        let error = repository.impact(base).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
    };
    check(&["--base", "nowhere"], "`nowhere` is not a commit");
    check(&["--base=--all"], "`--all` is not a commit");
    repository.git("branch --move main trunk");
    check(&[], "with --base");
    repository.git("switch --quiet --orphan other");
    repository.list_with("", "");
    repository.commit();
    check(&["--base", "trunk"], "no merge base");
    fs::remove_dir_all(repository.root().join(".git")).unwrap();
    check(&[], "not a git repository");
}
