//! The commands that the documents show do what the documents say.
//!
//! Each document is gone through from top to bottom in a directory of its own that holds production's
//! configuration. `…` stands for output that is left out.

#![cfg(unix)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use signpost::config::{FORMAT, Severity};
use signpost_cli::Code;

/// A command as a document shows it, and what it says that the command prints.
struct Shown {
    line: usize,
    command: String,
    output: String,
}

#[test]
fn what_the_page_for_operators_shows_is_so() {
    let shown = shown(include_str!("../../docs/operating.md"));
    assert!(shown.len() > 10, "the page shows {} commands", shown.len());
    check("docs/operating.md", shown);
}

#[test]
fn what_the_readme_shows_of_the_tool_is_so() {
    let mut shown = shown(include_str!("../../README.md"));
    // These need a server.
    shown.retain(|shown| !shown.command.starts_with("curl "));
    assert!(shown.len() > 5, "the README shows {} commands", shown.len());
    check("README.md", shown);
}

#[test]
fn what_the_page_of_the_configuration_shows_is_so() {
    let shown = shown(include_str!("../../docs/configuration.md"));
    assert!(shown.len() > 5, "the page shows {} commands", shown.len());
    check("docs/configuration.md", shown);
}

/// Only `log.endpoint` is missing, because `log.endpoints` stands in its place.
#[test]
fn the_first_configuration_of_its_page_has_every_key() {
    let page = include_str!("../../docs/configuration.md");
    let block = blocks(page, "toml full.toml").next().expect("the block");
    let full: serde_json::Value = toml::from_str(block).unwrap();
    for key in signpost::authoring::keys() {
        let mut found = vec![&full];
        for part in key.split('.') {
            found = found.into_iter().flat_map(|it| below(it, part)).collect();
        }
        assert_eq!(found.is_empty(), key == "log.endpoint", "{key}");
    }
}

/// The values of a key; `*` stands for any name, and for any place in a list.
fn below<'v>(value: &'v serde_json::Value, key: &str) -> Vec<&'v serde_json::Value> {
    match value {
        serde_json::Value::Array(items) if key == "*" => items.iter().collect(),
        serde_json::Value::Object(members) if key == "*" => members.values().collect(),
        value => value.get(key).into_iter().collect(),
    }
}

/// The page's commands run, each by itself in the order of the page, and its routes compile together.
#[test]
fn what_the_page_of_registries_shows_is_so() {
    let page = include_str!("../../docs/registries.md");
    check("docs/registries.md", shown(page));
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    fs::write(
        folder.join("access.log"),
        "/lodash/-/lodash-4.17.21.tgz\n/lodash\n",
    )
    .unwrap();
    let lines = blocks(page, "sh").flat_map(str::lines);
    let inline = page.split('`').skip(1).step_by(2);
    // What is left out has to be filled in, and an option alone or a command alone only names it.
    let commands: Vec<_> = lines
        .chain(inline)
        .filter(|line| line.starts_with("signpost ") && line.matches(' ').count() > 1)
        .filter(|line| !line.contains('…'))
        .collect();
    assert!(commands.len() >= 5, "{commands:?}");
    let mut listed = String::new();
    for command in commands {
        let (code, printed) = run(command, folder);
        let expected = match command.split(' ').nth(1) {
            // Something changes if there was nothing before.
            Some("plan") => (1, "2 requests: 1 redirected, 1 left at the origin\n"),
            Some("explain") => (0, "✓ 302: redirected to\n"),
            _ => (0, ""),
        };
        assert_eq!(code, expected.0, "`{command}` prints\n{printed}");
        assert!(
            printed.starts_with(expected.1),
            "`{command}` prints\n{printed}"
        );
        if command.ends_with(" --list") {
            listed = printed;
        }
    }
    let table = page
        .split_once("| preset |")
        .expect("the table of the presets")
        .1;
    let rows = table
        .lines()
        .skip(2)
        .map_while(|line| line.strip_prefix("| `"));
    let rows: Vec<_> = rows.filter_map(|line| line.split('`').next()).collect();
    let names: Vec<_> = listed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    assert_eq!(rows, names);

    let head = "allowed_hosts = [\"cdn.example\"]\nhosts = [\"registry.example\"]\n\
                origin.backends = [\"origin\"]\ntargets.cdn.base = \"https://cdn.example\"\n";
    let routes: Vec<_> = blocks(page, "toml").collect();
    assert!(routes.len() >= 3, "the page shows {} routes", routes.len());
    fs::write(
        folder.join("routes.toml"),
        head.to_owned() + &routes.concat(),
    )
    .unwrap();
    let (code, printed) = run("signpost check routes.toml", folder);
    assert_eq!(code, 0, "{printed}");
}

/// The blocks of a language, each without its fence.
fn blocks<'p>(page: &'p str, language: &str) -> impl Iterator<Item = &'p str> {
    let fence = format!("```{language}\n");
    let parts: Vec<_> = page.split(&fence).skip(1).collect();
    parts
        .into_iter()
        .filter_map(|part| Some(part.split_once("```")?.0))
}

#[test]
fn the_readme_is_short() {
    let lines = include_str!("../../README.md").lines().count();
    assert!(
        lines < 180,
        "the README has {lines} lines; it has under 180"
    );
}

/// What is printed without a problem, and which number stands for the rules of compiled JSON.
#[test]
fn the_page_of_the_configuration_has_every_warning_and_the_format() {
    let page = include_str!("../../docs/configuration.md");
    let (_, section) = page.split_once("### Warnings\n").expect("the section");
    let (section, compiled) = section.split_once("\n## ").expect("the next section");
    let rows: Vec<_> = section
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| quoted(line)[0])
        .collect();
    let warnings: Vec<_> = Code::all()
        .filter(|code| code.severity() == Severity::Warning)
        .map(Code::name)
        .collect();
    assert_eq!(rows, warnings);
    let format = format!("It is {FORMAT}:");
    assert!(compiled.contains(&format), "{format} is not in {compiled}");
}

/// The table of the capture types, whose values fit their type or do not, as the tool finds.
#[test]
fn the_values_of_the_capture_types_fit_as_the_page_says() {
    let page = include_str!("../../docs/configuration.md");
    let (_, section) = page.split_once("## Capture types\n").expect("the section");
    let rows: Vec<_> = section
        .lines()
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `") || line.starts_with("| words"))
        .map(|line| line.replace("\\|", "|"))
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|line| line.split(" | ").map(quoted).collect::<Vec<_>>())
        .collect();
    let directory = tempfile::tempdir().unwrap();
    let mut config = String::from(
        "allowed_hosts = [\"static.example\"]\nhosts = [\"registry.example\"]\n\
         origin.backends = [\"origin\"]\ntargets.static.base = \"https://static.example\"\n",
    );
    for (number, row) in rows.iter().enumerate() {
        // The last one: `hex(2)` is a type, and `hex(N)` stands for all like it.
        let (kind, value) = (row[0].last().unwrap(), row[2][0]);
        let route = format!(
            "[[routes]]\nname = \"t{number}\"\npath = \"/{number}/{{it:{kind}}}\"\ntarget = \"static\"\n\
             location = \"/{number}/{{it}}\"\n[[routes.examples]]\nrequest = \"/{number}/{value}\"\n\
             location = \"https://static.example/{number}/{value}\"\n"
        );
        config.push_str(&route);
    }
    fs::write(directory.path().join("types.toml"), config).unwrap();
    for (number, row) in rows.iter().enumerate() {
        let kind = row[0][0];
        for (fits, value) in row[2]
            .iter()
            .map(|it| (true, it))
            .chain(row[3].iter().map(|it| (false, it)))
        {
            let command = format!("signpost explain types.toml '/{number}/{}'", encoded(value));
            let (_, printed) = run(&command, directory.path());
            let start = if fits {
                "✓ 302"
            } else {
                "- The origin answers"
            };
            assert!(
                printed.starts_with(start),
                "`{value}` as `{kind}`:\n{printed}"
            );
        }
    }

    // The tool names every type where it is asked for another.
    let (words, kinds) = rows.split_last().unwrap();
    let kinds: Vec<_> = kinds.iter().map(|row| row[0][0]).collect();
    let command = "sed 's/it:crate/it:no/' types.toml | signpost check -";
    let (_, printed) = run(command, directory.path());
    let named = format!(
        "types are {}, or words such as {}\n",
        kinds.join(", "),
        words[0][0]
    );
    let printed = printed.replace("\n  │ ", " ");
    assert!(printed.contains(&named), "{named}{printed}");
}

/// What stands between backticks.
fn quoted(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// A value as a client writes it into a URL.
fn encoded(value: &str) -> String {
    value
        .replace('%', "%25")
        .replace(' ', "%20")
        .replace('?', "%3F")
        .replace('é', "%C3%A9")
}

/// How the tool is called in a checkout, where nobody has installed it.
const AS_A_CONTRIBUTOR: &str = "cargo run -q -p signpost-cli -- ";

fn check(document: &str, shown: Vec<Shown>) {
    let directory = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    copy(&root.join("config"), &directory.path().join("config"));
    copy(
        &root.join("docs/examples"),
        &directory.path().join("docs/examples"),
    );
    copy(
        &root.join("testbed/rows/data"),
        &directory.path().join("testbed/rows/data"),
    );
    fs::copy(
        root.join("fastly.toml"),
        directory.path().join("fastly.toml"),
    )
    .unwrap();
    let mut code = 0;
    for Shown {
        line,
        command,
        output,
    } in shown
    {
        let printed = if command == "echo $?" {
            format!("{code}\n")
        } else {
            let printed;
            (code, printed) = run(&command, directory.path());
            printed
        };
        assert!(
            is_as_shown(&output, &printed),
            "{document}:{line}: `{command}` prints\n{printed}\nand the document says\n{output}"
        );
    }
}

/// Runs a command in a shell, with the tool on its path, and takes all that a terminal would show.
fn run(command: &str, directory: &Path) -> (i32, String) {
    let command = command.replace(AS_A_CONTRIBUTOR, "signpost ");
    let tool = PathBuf::from(env!("CARGO_BIN_EXE_signpost"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", tool.parent().unwrap().display());
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(directory)
        .env("PATH", path)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap_or(-1), printed)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The commands in the blocks that are marked as a console. A block of TOML that names a file counts as
/// the command that writes it.
fn shown(document: &str) -> Vec<Shown> {
    let mut shown: Vec<Shown> = Vec::new();
    let mut is_console = false;
    let mut is_file = false;
    let mut is_continued = false;
    for (index, line) in document.lines().enumerate() {
        if is_file {
            let last = shown.last_mut().expect("the file's command");
            is_file = line != "```";
            last.command.push('\n');
            last.command.push_str(if is_file { line } else { "END" });
        } else if let Some(name) = line.strip_prefix("```toml ") {
            is_file = true;
            shown.push(Shown {
                line: index + 1,
                command: format!("cat > {name} <<'END'"),
                output: String::new(),
            });
        } else if line.starts_with("```") {
            is_console = !is_console && line == "```console";
        } else if !is_console {
        } else if let Some(command) = line.strip_prefix("$ ") {
            is_continued = command.ends_with('\\');
            shown.push(Shown {
                line: index + 1,
                command: command.to_owned(),
                output: String::new(),
            });
        } else if let Some(last) = shown.last_mut() {
            let text = if is_continued {
                &mut last.command
            } else {
                &mut last.output
            };
            if is_continued {
                text.push('\n');
            }
            text.push_str(line);
            if !is_continued {
                text.push('\n');
            }
            is_continued = is_continued && line.ends_with('\\');
        }
    }
    shown
}

/// Whether a text is what is shown, where `…` may be anything and white space at the ends of lines
/// does not count.
fn is_as_shown(shown: &str, printed: &str) -> bool {
    let plain = |text: &str| {
        let lines: Vec<_> = text.trim_end().lines().map(str::trim_end).collect();
        lines.join("\n")
    };
    let (shown, printed) = (plain(shown), plain(printed));
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = printed.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    true
}

#[test]
fn what_is_left_out_may_be_anything_and_nothing_else() {
    for (shown, printed, expected) in [
        ("a\nb\n", "a\nb", true),
        ("a\nb", "a\nc", false),
        ("a…c", "abc", true),
        ("a…c", "abcd", false),
        ("a\n…\nd", "a\nb\nc\nd", true),
        ("a…b…c", "a1b2c", true),
        ("a…b…c", "a1c", false),
        ("…", "anything", true),
        ("a…", "b", false),
    ] {
        assert_eq!(
            is_as_shown(shown, printed),
            expected,
            "{shown:?} {printed:?}"
        );
    }
}

#[test]
fn the_words_that_the_documents_call_the_tool_with_mean_the_tool() {
    // A test has a program of its own in this package, and `cargo run` would not know which is meant.
    let manifest: toml_edit::DocumentMut = include_str!("../Cargo.toml").parse().unwrap();
    assert_eq!(
        manifest["package"]["default-run"].as_str(),
        Some("signpost")
    );
}
