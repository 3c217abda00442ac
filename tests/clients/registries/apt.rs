//! apt-get, and a package whose version has a `+` and a `~`.

use std::fs;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use crate::registries::client::{
    Client, Package, are_on_path, isolated, output, with_credential, write,
};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "apt",
    version: &["apt-get", "--version"],
    is_there: || are_on_path(&["apt-get", "dpkg-deb"]),
    preset: include_str!("../../../config/presets/debian.toml"),
    pack,
    fetch,
    leaves: "alpha_1.0+b1~rc1-1_all.deb",
    on_503: On503 {
        version: "2.6",
        settings: "Acquire::Retries=1",
        by_default: "1 s, 2 s and 4 s",
        waits: &[1000],
        runs: &[Run::exits(100).dead(2), Run::exits(0).alive(1)],
    },
};

const CONTROL: &str = "Package: alpha
Version: 1.0+b1~rc1-1
Architecture: all
Maintainer: Nobody <nobody@example.test>
Description: A package to download
";

fn pack(directory: &Path) -> Package {
    write(&directory.join("alpha/DEBIAN/control"), CONTROL);
    let mut builder = isolated("dpkg-deb", directory);
    output(builder.args(["--root-owner-group", "--build", "alpha", "alpha.deb"]));
    let content = fs::read(directory.join("alpha.deb")).unwrap();
    let file = "pool/main/a/alpha/alpha_1.0+b1~rc1-1_all.deb";
    let packages = format!(
        "{CONTROL}Filename: {file}\nSize: {}\nSHA256: {:x}\n",
        content.len(),
        Sha256::digest(&content)
    );
    let release = format!(
        "Suite: stable\nCodename: stable\nComponents: main\nArchitectures: amd64\n\
         Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n {:x} {} main/binary-amd64/Packages\n",
        Sha256::digest(&packages),
        packages.len()
    );
    Package::default()
        .file(&format!("/debian/{file}"), content)
        .metadata("/debian/dists/stable/Release", "text/plain", release)
        .metadata(
            "/debian/dists/stable/main/binary-amd64/Packages",
            "text/plain",
            packages,
        )
        // Nothing is signed.
        .absent("/debian/dists/stable/InRelease")
        .absent("/debian/dists/stable/Release.gpg")
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    for folder in [
        "etc/apt.conf.d",
        "etc/preferences.d",
        "state/lists/partial",
        "cache/archives/partial",
    ] {
        fs::create_dir_all(directory.join(folder)).unwrap();
    }
    write(&directory.join("state/status"), "");
    let registry = with_credential(registry);
    let source = format!("deb [trusted=yes] {registry}/debian stable main\n");
    write(&directory.join("etc/sources.list"), source);
    let root = directory.display();
    let settings = format!(
        "Dir::Etc \"{root}/etc\";\nDir::State \"{root}/state\";\nDir::Cache \"{root}/cache\";\n\
         Dir::State::status \"{root}/state/status\";\nAPT::Sandbox::User \"\";\n\
         APT::Architecture \"amd64\";\nAPT::Architectures {{ \"amd64\"; }};\n\
         Acquire::Languages \"none\";\nAcquire::Retries \"1\";\n"
    );
    write(&directory.join("apt.conf"), settings);
    let apt = |arguments: &[&str]| {
        let mut apt = isolated("apt-get", directory);
        apt.args(arguments)
            .env("APT_CONFIG", directory.join("apt.conf"));
        apt
    };
    vec![apt(&["update"]), apt(&["download", "alpha"])]
}
