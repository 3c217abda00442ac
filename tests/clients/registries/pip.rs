//! pip, and a wheel.

use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::registries::client::{
    Client, Package, are_on_path, isolated, with_credential, write, zip,
};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "pip",
    version: &["pip", "--version"],
    is_there: || are_on_path(&["pip", "python3"]),
    preset: include_str!("../../../config/presets/pypi.toml"),
    pack,
    fetch,
    leaves: "alpha-1.0.0+local.1-py3-none-any.whl",
    on_503: On503 {
        version: "23",
        settings: "--retries 2",
        by_default: "0 s, 0.5 s, 1 s, 2 s and 4 s",
        waits: &[0, 500],
        runs: &[Run::exits(2).dead(3), Run::exits(0).alive(1)],
    },
};

const FILE: &str = "alpha-1.0.0+local.1-py3-none-any.whl";

fn pack(directory: &Path) -> Package {
    let about = "alpha-1.0.0+local.1.dist-info";
    let files = [
        ("alpha.py", ""),
        (
            &format!("{about}/METADATA"),
            "Metadata-Version: 2.1\nName: alpha\nVersion: 1.0.0+local.1\n",
        ),
        (
            &format!("{about}/WHEEL"),
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        ),
        (&format!("{about}/RECORD"), "alpha.py,,\n"),
    ];
    for (path, content) in files {
        write(&directory.join(path), content);
    }
    let wheel = zip(directory, &files.map(|(path, _)| path));
    let sha256 = format!("{:x}", Sha256::digest(&wheel));
    let rest = "c".repeat(60);
    let path = format!("/packages/aa/bb/{rest}/{FILE}");
    let link = path.replace('+', "%2B");
    let page = format!(
        "<!DOCTYPE html>\n<html><body><a href=\"../..{link}#sha256={sha256}\">{FILE}</a></body></html>\n"
    );
    Package::default()
        .file(&path, wheel)
        .metadata("/simple/alpha/", "text/html", page)
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    let mut pip = isolated("pip", directory);
    pip.args(["download", "alpha", "--no-deps", "--retries", "2"])
        .args(["--disable-pip-version-check", "--no-input", "--index-url"])
        .arg(format!("{}/simple/", with_credential(registry)))
        // pip names the version of rustc in its `User-Agent` if that answers within half a second. Without a toolchain
        // it never does, so all runs are one client, on a busy machine too.
        .env_remove("RUSTUP_TOOLCHAIN")
        .env("RUSTUP_HOME", directory.join("home"));
    vec![pip]
}
