use std::fs;

/// The runbook, which people read while downloads fail.
pub(crate) fn runbook() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/runbook.md");
    fs::read_to_string(path).unwrap()
}

/// The commands in the fenced blocks of a text, without comments, line by line.
pub(crate) fn commands(text: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut is_inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            assert!(
                line == "```" || line == "```sh",
                "a block of no shell: {line}"
            );
            is_inside = !is_inside;
        } else if is_inside {
            let (command, _) = line.split_once("  #").unwrap_or((line, ""));
            commands.push(command.trim());
        }
    }
    commands
}
