use std::fs;
use std::path::Path;
use std::process::Command;

use globset::{GlobBuilder, GlobMatcher};

use crate::repository::Repository;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// The files that git tracks.
fn tracked() -> Vec<String> {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let files = listed.split_terminator('\0').map(str::to_owned);
    files.filter(|file| root().join(file).exists()).collect()
}

/// The patterns of the list: those of ordinary files, and those of the areas.
fn patterns() -> [Vec<GlobMatcher>; 2] {
    let list: toml::Table = toml::from_str(&read(".github/impact.toml")).unwrap();
    let strings = |list: &toml::Value| -> Vec<GlobMatcher> {
        let texts = list.as_array().unwrap().iter();
        let globs = texts.map(|text| GlobBuilder::new(text.as_str().unwrap()));
        globs
            .map(|mut glob| {
                glob.literal_separator(true)
                    .build()
                    .unwrap()
                    .compile_matcher()
            })
            .collect()
    };
    let areas = list["areas"].as_array().unwrap().iter();
    let in_areas = areas.flat_map(|area| strings(&area["paths"])).collect();
    [strings(&list["ordinary"]), in_areas]
}

/// How many of the patterns name a file.
fn count(patterns: &[GlobMatcher], file: &str) -> usize {
    patterns.iter().filter(|it| it.is_match(file)).count()
}

/// Only files that belong to the module, its configuration or what checks them can break a download.
#[test]
fn every_file_of_the_redirect_path_is_on_the_list() {
    let (tracked, [_, in_areas]) = (tracked(), patterns());
    for prefix in [
        ".cargo/config.toml",
        ".ci/",
        ".github/",
        "Cargo.lock",
        "Cargo.toml",
        "cli/",
        "clippy.toml",
        "config/",
        "docs/reviewing.md",
        "fastly.toml",
        "rust-toolchain.toml",
        "src/",
        "src/main.rs",
        "testbed/",
        "tests/",
        "xtask/fastly-cli/",
        "xtask/httplint.txt",
        "xtask/src/build.rs",
        "xtask/src/impact",
        "xtask/src/lanes/",
        "xtask/src/test.rs",
        "xtask/tests/workflows.rs",
        "xtask/zizmor.txt",
    ] {
        let mut inside = tracked
            .iter()
            .filter(|file| file.starts_with(prefix))
            .peekable();
        assert!(inside.peek().is_some(), "git does not track {prefix}");
        for file in inside {
            assert!(count(&in_areas, file) > 0, "{file} is in no area");
        }
    }
}

#[test]
fn every_file_is_on_the_list_once_and_every_pattern_names_a_file() {
    let (tracked, [ordinary, in_areas]) = (tracked(), patterns());
    for file in &tracked {
        let areas = count(&in_areas, file);
        assert!(
            areas < 2,
            "{file} is in {areas} areas of .github/impact.toml"
        );
        assert!(
            areas == 1 || count(&ordinary, file) > 0,
            ".github/impact.toml does not name {file}: add it to the area that it can break, or to \
             `ordinary`"
        );
    }
    for pattern in ordinary.iter().chain(&in_areas) {
        let is_used = tracked
            .iter()
            .any(|file| count(std::slice::from_ref(pattern), file) > 0);
        assert!(
            is_used,
            "`{}` of .github/impact.toml does not name a file",
            pattern.glob()
        );
    }
}

#[test]
fn what_follows_from_the_list_is_up_to_date() {
    let generated = [".github/CODEOWNERS", "docs/reviewing.md"];
    let copy = Repository::new();
    for file in [".github/impact.toml", "docs/reviewing.md"] {
        copy.write(file, &read(file));
    }
    copy.impact(&["--write"]).unwrap();
    for file in generated {
        let wanted = fs::read_to_string(copy.root().join(file)).unwrap();
        let hint = "is not what the list says: run `cargo xtask impact --write`";
        assert!(read(file) == wanted, "{file} {hint}");
    }
    // In CODEOWNERS the last line that matches decides: an area wins over what is ordinary.
    let codeowners = read(generated[0]);
    let [default, ordinary, area] = ["\n* @", "\n/docs/**\n", "\n/docs/reviewing.md @"]
        .map(|line| codeowners.find(line).expect(line));
    assert!(default < ordinary && ordinary < area);
}

#[test]
fn only_the_table_of_the_page_is_written() {
    let repository = Repository::new();
    let error = repository.impact(&["--write"]).unwrap_err();
    assert!(error.contains("has no place for the table"), "{error}");
    let begin = "<!-- The table is written by `cargo xtask impact --write`. -->\n";
    let end = "<!-- The end of the table. -->";
    repository.write(
        "docs/reviewing.md",
        &format!("before\n{begin}old\n{end}\nafter\n"),
    );
    repository.impact(&["--write"]).unwrap();
    let page = fs::read_to_string(repository.root().join("docs/reviewing.md")).unwrap();
    let header = "\n| files | what could break, and for whom | to be shown in the review |\n\
                  |---|---|---|\n";
    let rows = "| **The redirect path**<br>`src/**` | Every download. | `cargo xtask test`<br>\
                `signpost smoke` |\n\
                | **The rules**<br>`docs/reviewing.md` | The review. | a reason |\n\n";
    assert_eq!(page, format!("before\n{begin}{header}{rows}{end}\nafter\n"));
}
