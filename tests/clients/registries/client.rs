//! What the checks know of a client, and how it is run.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use bytes::Bytes;

use crate::registries::on_503::On503;

/// The client of a kind of registry, a small package of that kind, and what the client does.
pub(crate) struct Client {
    /// Its name, as the page has it.
    pub(crate) name: &'static str,
    /// The command that prints its version.
    pub(crate) version: &'static [&'static str],
    /// Whether it is on this machine, with every program that it runs or that packs for it.
    pub(crate) is_there: fn() -> bool,
    /// The configuration of such a registry, which `configuration.rs` fits to the stand-ins.
    pub(crate) preset: &'static str,
    /// Makes the package, in an empty directory.
    pub(crate) pack: fn(&Path) -> Package,
    /// The commands that download it into a directory, from the registry with this URL.
    pub(crate) fetch: fn(&Path, &str) -> Vec<Command>,
    /// What the client leaves in the directory once it has the package.
    pub(crate) leaves: &'static str,
    /// What it does when the CDN that it is sent to answers 503.
    pub(crate) on_503: On503,
}

/// A package as its registry has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Package {
    /// The files that the CDN has. They never change.
    pub(crate) files: Vec<File>,
    /// What only the origin answers. [`REGISTRY`] in it is the URL of the registry.
    pub(crate) metadata: Vec<File>,
    /// What the client asks for besides, and the registry does not have.
    pub(crate) absent: Vec<&'static str>,
}

/// A file of a registry.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its path, decoded.
    pub(crate) path: String,
    /// Its path at the CDN, if the CDN has it.
    pub(crate) at_cdn: String,
    /// Its media type.
    pub(crate) content_type: &'static str,
    /// Its content.
    pub(crate) content: Bytes,
}

/// The URL of the registry in its metadata, in the place of the one that a client knows.
pub(crate) const REGISTRY: &str = "http://registry.invalid";

impl Package {
    /// Adds a file that the CDN has under the same path.
    pub(crate) fn file(mut self, path: &str, content: impl Into<Bytes>) -> Self {
        self.files
            .push(File::new(path, "application/octet-stream", content));
        self
    }

    /// Adds a file that the CDN has under another path.
    pub(crate) fn file_at(self, path: &str, at_cdn: &str, content: impl Into<Bytes>) -> Self {
        let mut package = self.file(path, content);
        if let Some(file) = package.files.last_mut() {
            at_cdn.clone_into(&mut file.at_cdn);
        }
        package
    }

    /// Adds what only the origin answers.
    pub(crate) fn metadata(
        mut self,
        path: &str,
        content_type: &'static str,
        content: impl Into<Bytes>,
    ) -> Self {
        self.metadata.push(File::new(path, content_type, content));
        self
    }

    /// Adds what the client asks for and the registry does not have.
    pub(crate) fn absent(mut self, path: &'static str) -> Self {
        self.absent.push(path);
        self
    }
}

impl File {
    fn new(path: &str, content_type: &'static str, content: impl Into<Bytes>) -> Self {
        Self {
            path: path.to_owned(),
            at_cdn: path.to_owned(),
            content_type,
            content: content.into(),
        }
    }
}

impl Client {
    /// The version that it says it has: the first number with a dot that it prints.
    #[track_caller]
    pub(crate) fn version(&self) -> String {
        let [program, arguments @ ..] = self.version else {
            panic!("{}: no command prints the version", self.name);
        };
        let directory = tempfile::tempdir().unwrap();
        let printed = output(isolated(program, directory.path()).args(arguments));
        let printed = String::from_utf8_lossy(&printed);
        let is_of_number = |letter: char| letter.is_ascii_digit() || letter == '.';
        let mut words = printed.split(|letter| !is_of_number(letter));
        let number = words.find(|word| word.trim_matches('.').contains('.'));
        number.unwrap_or_default().to_owned()
    }
}

/// Whether there are all these programs.
pub(crate) fn are_on_path(programs: &[&str]) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    let is_on_path = |program| env::split_paths(&path).any(|place| place.join(program).is_file());
    programs.iter().all(is_on_path)
}

/// The URL of the registry with a credential in it.
pub(crate) fn with_credential(registry: &str) -> String {
    registry.replacen("://", "://user:secret@", 1)
}

/// A program that works in `directory` and knows nothing of this machine but where programs are,
/// rustup's too: its home is in the directory, and no variable, so no proxy either, is passed on.
pub(crate) fn isolated(program: &str, directory: &Path) -> Command {
    let home = directory.join("home");
    fs::create_dir_all(&home).unwrap();
    let rustup = || Some(env::home_dir()?.join(".rustup").into_os_string());
    let rustup = env::var_os("RUSTUP_HOME").or_else(rustup);
    let toolchain = env::var_os("RUSTUP_TOOLCHAIN").map(|name| ("RUSTUP_TOOLCHAIN", name));
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env_clear()
        .envs(toolchain)
        .env("RUSTUP_HOME", rustup.unwrap_or_default())
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

/// What a command of packing prints.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> Vec<u8> {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    output.stdout
}

/// Writes a file, and the directories above it.
#[track_caller]
pub(crate) fn write(path: &Path, content: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// A ZIP file of these files of the directory, and of no directory.
#[track_caller]
pub(crate) fn zip(directory: &Path, files: &[&str]) -> Bytes {
    let program = "import sys, zipfile
with zipfile.ZipFile('archive.zip', 'w') as archive:
    for file in sys.argv[1:]:
        archive.write(file)";
    let mut python = isolated("python3", directory);
    output(python.args(["-c", program]).args(files));
    fs::read(directory.join("archive.zip")).unwrap().into()
}
