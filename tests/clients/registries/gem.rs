//! gem, and a gem.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::registries::client::{
    Client, Package, are_on_path, isolated, output, with_credential, write,
};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "gem",
    version: &["gem", "--version"],
    is_there: || are_on_path(&["gem", "ruby"]),
    preset: include_str!("../../../config/presets/rubygems.toml"),
    pack,
    fetch,
    leaves: "gems/gems/alpha-1.0.0/alpha.rb",
    on_503: On503 {
        version: "3.3",
        settings: "",
        by_default: "",
        waits: &[],
        runs: &[Run::exits(1).dead(1), Run::exits(0).alive(1)],
    },
};

const SPECIFICATION: &str = r#"Gem::Specification.new do |gem|
  gem.name = "alpha"
  gem.version = "1.0.0"
  gem.summary = "A gem to download"
  gem.authors = ["Nobody"]
  gem.files = ["alpha.rb"]
end
"#;

/// The specification as `gem` reads it before it downloads the gem.
const QUICK: &str = r#"gem = Gem::Specification.load("alpha.gemspec")
File.binwrite("quick", Zlib.deflate(Marshal.dump(gem)))"#;

fn pack(directory: &Path) -> Package {
    write(&directory.join("alpha.gemspec"), SPECIFICATION);
    write(&directory.join("alpha.rb"), "");
    output(isolated("gem", directory).args(["build", "alpha.gemspec"]));
    output(isolated("ruby", directory).args(["-r", "zlib", "-e", QUICK]));
    let gem = fs::read(directory.join("alpha-1.0.0.gem")).unwrap();
    let quick = fs::read(directory.join("quick")).unwrap();
    let versions = format!("---\n1.0.0 |checksum:{:x}\n", Sha256::digest(&gem));
    Package::default()
        .file("/gems/alpha-1.0.0.gem", gem)
        // If there is a page, gem asks for `/info/`.
        .metadata("/", "text/html", "<!DOCTYPE html>\n<title>Gems</title>\n")
        .metadata("/info/alpha", "text/plain", versions)
        .metadata(
            "/quick/Marshal.4.8/alpha-1.0.0.gemspec.rz",
            "application/octet-stream",
            quick,
        )
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    let mut gem = isolated("gem", directory);
    gem.args(["install", "alpha", "--no-document", "--install-dir", "gems"])
        .args(["--clear-sources", "--source", &with_credential(registry)]);
    vec![gem]
}
