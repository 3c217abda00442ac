//! The files of a list of checksums, as `sha256sum` writes it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use signpost_logs::text::{beginning, counted};
use url::{Position, Url};

use crate::file::{self, in_words};
use crate::output::Failure;
use crate::smoke::gather::package::Checksum;

/// The files to ask for, by the path of their request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// The list's name in messages.
    name: String,
    files: BTreeMap<String, Listed>,
}

/// A file of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Counted from 1.
    pub(crate) line: usize,
    pub(crate) checksum: Checksum,
}

/// Characters that no client leaves as they are. A `%` stays: the path may be encoded already.
const ENCODED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The most lines that one failure shows.
const MOST: usize = 10;

/// The most characters of a line that a message shows.
const EXCERPT: usize = 80;

impl Sums {
    /// Reads a list, from standard input for `-`.
    pub(crate) fn read(file: &Path) -> Result<Self, Failure> {
        let text = if file::is_dash(file) {
            io::read_to_string(io::stdin())
        } else {
            fs::read_to_string(file)
        };
        let name = file::name(file);
        let text = text
            .map_err(|error| Failure::new(format!("cannot read {name}: {}", in_words(&error))))?;
        Self::parse(name, &text)
    }

    /// Parses a list. Blank lines and comments (`#`) are left out, as `sha256sum --check` does.
    fn parse(name: String, text: &str) -> Result<Self, Failure> {
        let mut sums = Self {
            name,
            ..Self::default()
        };
        let mut problems = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(why) = sums.add(number, line) {
                problems.push((number, why));
            }
        }
        sums.refuse(&problems)?;
        if sums.files.is_empty() {
            return Err(Failure::new(format!(
                "{} lists no file; write lines such as sha256sum does: SHA256  PATH",
                sums.name
            )));
        }
        Ok(sums)
    }

    pub(crate) fn of(&self, path: &str) -> Option<&Checksum> {
        Some(&self.files.get(path)?.checksum)
    }

    /// The files with the paths of their requests, in the order of these.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Listed)> {
        self.files.iter().map(|(path, file)| (path.as_str(), file))
    }

    /// A failure that names the first of these lines, if there are any.
    pub(crate) fn refuse(&self, problems: &[(usize, String)]) -> Result<(), Failure> {
        if problems.is_empty() {
            return Ok(());
        }
        let name = &self.name;
        let shown = problems.iter().take(MOST);
        let mut lines: Vec<_> = shown
            .map(|(line, why)| format!("{name}:{line}: {why}"))
            .collect();
        let more = problems.len().saturating_sub(MOST);
        if more > 0 {
            lines.push(format!("and {} more", counted(more, "line")));
        }
        Err(Failure::new(lines.join("\n")))
    }

    fn add(&mut self, line: usize, text: &str) -> Result<(), String> {
        let (checksum, path) = read_line(text)?;
        let path = request_of(path)?;
        match self.files.get(&path) {
            Some(earlier) if earlier.checksum != checksum => Err(format!(
                "line {} gives {path} another SHA-256; leave one of them out",
                earlier.line
            )),
            Some(_) => Ok(()),
            None => {
                self.files.insert(path, Listed { line, checksum });
                Ok(())
            }
        }
    }
}

/// Splits a line into the checksum and the path. A `*` before the path says that the file was read
/// as binary.
fn read_line(line: &str) -> Result<(Checksum, &str), String> {
    if line.starts_with('\\') {
        return Err(
            "the line starts with `\\`: the path has a backslash or a line break, which no route \
             takes; leave the line out"
                .to_owned(),
        );
    }
    let Some((digits, path)) = line.split_once(' ') else {
        return Err(unlike(line));
    };
    let path = path.strip_prefix([' ', '*']).ok_or_else(|| unlike(line))?;
    let checksum = Checksum::parse(digits).ok_or_else(|| match other_sum(digits) {
        Some(other) => format!(
            "`{}` is {other}; write a SHA-256",
            beginning(digits, EXCERPT)
        ),
        None => unlike(line),
    })?;
    Ok((checksum, path))
}

fn unlike(line: &str) -> String {
    format!(
        "`{}` is not a line of sha256sum; write 64 hexadecimal digits, two spaces and a path",
        beginning(line, EXCERPT)
    )
}

/// What other checksums are called, by their number of digits.
fn other_sum(digits: &str) -> Option<&'static str> {
    let is_hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    match digits.len() {
        32 if is_hexadecimal => Some("as long as an MD5"),
        40 if is_hexadecimal => Some("as long as a SHA-1"),
        128 if is_hexadecimal => Some("as long as a SHA-512"),
        _ => None,
    }
}

/// The path that a client asks for: `./gems/a.gem`, `gems/a.gem` and `/gems/a.gem` are one.
fn request_of(written: &str) -> Result<String, String> {
    if written.contains("://") {
        return Err(format!(
            "`{}` is a URL; write only the path that clients ask the registry for",
            beginning(written, EXCERPT)
        ));
    }
    let bare = written.strip_prefix("./").unwrap_or(written);
    let bare = bare.strip_prefix('/').unwrap_or(bare);
    let path = format!("/{}", utf8_percent_encode(bare, ENCODED));
    let words = |why: &str| format!("`{}` {why}", beginning(written, EXCERPT));
    if bare.is_empty() {
        return Err(words("is not the path of a file"));
    }
    if has_bare_percent(&path) {
        return Err(words(
            "has a `%` without two hexadecimal digits after it; write `%25` for the character `%`",
        ));
    }
    let asked = Url::parse(&format!("https://registry.example{path}"));
    let asked = asked.map_err(|error| words(&format!("is not the path of a URL ({error})")))?;
    let asked = &asked[Position::BeforePath..];
    if asked != path {
        return Err(words(&format!(
            "has a `.` or `..`, so clients ask for {asked}; write that"
        )));
    }
    Ok(path)
}

fn has_bare_percent(path: &str) -> bool {
    let is_encoded = |rest: &str| {
        let mut digits = rest.bytes();
        let mut is_next = || digits.next().is_some_and(|digit| digit.is_ascii_hexdigit());
        is_next() && is_next()
    };
    !path.split('%').skip(1).all(is_encoded)
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::Sums;

    fn parse(text: &str) -> Result<Sums, String> {
        let text = text.replace("SUM", &"Ab".repeat(32));
        Sums::parse("SUMS".to_owned(), &text).map_err(|failure| failure.to_string())
    }

    #[test]
    fn a_path_is_what_a_client_asks_for_however_it_is_written() {
        for [line, path] in rows(
            r"
            SUM  /gems/a-1.0.gem       | /gems/a-1.0.gem
            SUM *gems/a-1.0.gem        | /gems/a-1.0.gem
            SUM  gems/a-1.0.gem        | /gems/a-1.0.gem
            SUM  ./gems/a-1.0.gem      | /gems/a-1.0.gem
            SUM  pool/a_1%2bb1.deb     | /pool/a_1%2bb1.deb
            SUM  pool/a_1+b1~x@y:z.deb | /pool/a_1+b1~x@y:z.deb
            SUM  a b#c?d.txt           | /a%20b%23c%3Fd.txt
            SUM  é.txt                 | /%C3%A9.txt
            SUM  a//b                  | /a//b
            SUM  *a                    | /*a
            ",
        ) {
            let sums = parse(line).unwrap();
            let found: Vec<_> = sums.iter().map(|(path, _)| path).collect();
            assert_eq!(found, [path], "{line}");
            assert_eq!(sums.of(path).unwrap().as_str(), "ab".repeat(32), "{line}");
        }
    }

    #[test]
    fn what_is_no_line_of_sha256sum_is_refused_with_what_to_write() {
        let digits = "0123456789abcdef".repeat(8);
        for [line, words] in rows(
            r"
            gems/a-1.0.gem                  | is not a line of sha256sum; write 64 hexadecimal digits, two spaces and a path
            SUM                             | is not a line of sha256sum
            SUM gems/a-1.0.gem              | is not a line of sha256sum
            SHA256 (gems/a-1.0.gem) = SUM   | is not a line of sha256sum
            SUMx  gems/a-1.0.gem            | is not a line of sha256sum
            MD5  gems/a-1.0.gem             | is as long as an MD5; write a SHA-256
            SHA1  gems/a-1.0.gem            | is as long as a SHA-1; write a SHA-256
            SHA512  gems/a-1.0.gem          | is as long as a SHA-512; write a SHA-256
            \SUM  gems/a\\b.gem             | the path has a backslash or a line break
            SUM  https://a.example/gems/a   | is a URL; write only the path
            SUM  /                          | is not the path of a file
            SUM  100%.txt                   | write `%25` for the character `%`
            SUM  a%2                        | write `%25` for the character `%`
            SUM  ../gems/a-1.0.gem          | clients ask for /gems/a-1.0.gem; write that
            SUM  gems/%2e%2e/a              | clients ask for /a; write that
            ",
        ) {
            let line = line
                .replace("SHA512 ", &format!("{digits} "))
                .replace("SHA1 ", &format!("{} ", &digits[..40]))
                .replace("MD5 ", &format!("{} ", &digits[..32]));
            let error = parse(&format!("\n# a comment\n{line}")).unwrap_err();
            assert!(error.starts_with("SUMS:3: "), "{line}: {error}");
            assert!(error.contains(words), "{line}: {error}");
            assert!(!error.contains('\n'), "{line}: {error}");
        }
    }

    #[test]
    fn all_lines_that_are_wrong_are_named_and_not_too_many() {
        let error = parse(&"x\n".repeat(12)).unwrap_err();
        assert_eq!(error.lines().count(), 11, "{error}");
        assert!(error.contains("\nSUMS:10: "), "{error}");
        assert!(error.ends_with("\nand 2 lines more"), "{error}");
        for empty in ["", "\n", "# nothing\r\n\r\n"] {
            let error = parse(empty).unwrap_err();
            assert!(error.starts_with("SUMS lists no file; "), "{error}");
        }
    }

    #[test]
    fn one_path_has_one_checksum() {
        let other = "0".repeat(64);
        assert_eq!(parse("SUM  a\r\nSUM  ./a\n").unwrap().iter().count(), 1);
        let error = parse(&format!("SUM  a\n{other}  /a\n")).unwrap_err();
        let words = "SUMS:2: line 1 gives /a another SHA-256; leave one of them out";
        assert_eq!(error, words);
    }
}
