use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const LIST: &str = r#"
owner = "@a/b"
ordinary = ["docs/**"]
[[areas]]
name = "The redirect path"
paths = ["src/**"]
breaks = "Every download."
checks = ["`cargo xtask test`", "`signpost smoke`"]
"#;

const RULES: &str = r#"
[[areas]]
name = "The rules"
paths = ["docs/reviewing.md"]
breaks = "The review."
checks = ["a reason"]
"#;

/// A repository with a list of its own. It is removed when this value is dropped.
pub(crate) struct Repository(tempfile::TempDir);

impl Repository {
    pub(crate) fn new() -> Self {
        let repository = Self(tempfile::tempdir().unwrap());
        repository.git("init --quiet --initial-branch main");
        for file in ["kept", "edited", "staged", "removed", "renamed"] {
            repository.write(file, &format!("the text of {file}\n"));
        }
        repository.write(".gitignore", "ignored\nnames\n");
        repository.list_with("", "");
        repository.commit();
        repository
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    #[track_caller]
    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the list, with another first line that begins with `key`, and what makes the folder a
    /// workspace.
    #[track_caller]
    pub(crate) fn list_with(&self, key: &str, line: &str) {
        let is_replaced = |old: &&str| !key.is_empty() && old.starts_with(key);
        let lines = LIST.lines();
        let lines = lines.map(|old| if is_replaced(&old) { line } else { old });
        let list = lines.collect::<Vec<_>>().join("\n") + RULES;
        self.write(".github/impact.toml", &list);
        let package = "[package]\nname = \"a\"\nedition = \"2024\"\n[lib]\npath = \"kept\"\n";
        self.write("Cargo.toml", package);
        self.write("kept", "the text of kept\n");
    }

    /// Runs git, whatever the machine's settings of it are.
    #[track_caller]
    pub(crate) fn git(&self, words: &str) {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
            .args(words.split(' '))
            .current_dir(self.root())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "{words}: {output:?}");
    }

    #[track_caller]
    pub(crate) fn commit(&self) {
        self.git("add --all");
        self.git("commit --quiet --no-verify --message a");
    }

    /// What `cargo xtask impact` prints, or its error.
    #[track_caller]
    pub(crate) fn impact(&self, arguments: &[&str]) -> Result<String, String> {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("impact")
            .args(arguments)
            .current_dir(self.root())
            // A stand-in of a program is found first.
            .env("PATH", format!("{}:{path}", self.root().display()))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        if output.status.success() {
            Ok(text(output.stdout))
        } else {
            Err(text(output.stderr))
        }
    }

    /// The report for a list of files.
    #[track_caller]
    pub(crate) fn report(&self, files: &[&str], format: &str) -> String {
        self.write("names", &files.join("\n"));
        let arguments = ["--files", "names", "--format", format];
        self.impact(&arguments).unwrap()
    }

    /// The same for programs.
    #[track_caller]
    pub(crate) fn of_files(&self, files: &[&str]) -> Value {
        serde_json::from_str(&self.report(files, "json")).unwrap()
    }

    /// Checks which files changed; none of them is on the list.
    #[track_caller]
    pub(crate) fn check_changed(&self, base: Option<&str>, expected: &[&str]) {
        let base: Vec<_> = base.into_iter().flat_map(|base| ["--base", base]).collect();
        let arguments = [&["--format", "json"], &base[..]].concat();
        let found: Value = serde_json::from_str(&self.impact(&arguments).unwrap()).unwrap();
        assert_eq!(
            found["unlisted"],
            Value::from(expected.to_vec()),
            "{base:?}"
        );
    }
}
