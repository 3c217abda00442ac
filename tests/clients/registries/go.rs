//! go, and a module whose name has a capital letter.

use std::path::Path;
use std::process::Command;

use crate::registries::client::{Client, Package, are_on_path, isolated, write, zip};
use crate::registries::on_503::{On503, Run};

pub(crate) const CLIENT: Client = Client {
    name: "go",
    version: &["go", "version"],
    is_there: || are_on_path(&["go", "python3"]),
    preset: include_str!("../../../config/presets/go.toml"),
    pack,
    fetch,
    leaves: "go/pkg/mod/example.test/!alpha@v2.0.0+incompatible/alpha.go",
    on_503: On503 {
        version: "1.19",
        settings: "",
        by_default: "",
        waits: &[],
        runs: &[
            Run::exits(1).dead(1),
            Run::exits(1).dead(1).alive(1),
            Run::exits(1).dead(1).alive(1),
            Run::exits(0).alive(1),
        ],
    },
};

const MODULE: &str = "example.test/Alpha";
const VERSION: &str = "v2.0.0+incompatible";

fn pack(directory: &Path) -> Package {
    let file = format!("{MODULE}@{VERSION}/alpha.go");
    write(&directory.join(&file), "package alpha\n");
    let path = |file: &str| format!("/example.test/!alpha/@v/{file}");
    let info = format!("{{\"Version\":\"{VERSION}\",\"Time\":\"2026-01-01T00:00:00Z\"}}");
    Package::default()
        .file(&path(&format!("{VERSION}.info")), info)
        .file(
            &path(&format!("{VERSION}.mod")),
            format!("module {MODULE}\n"),
        )
        .file(&path(&format!("{VERSION}.zip")), zip(directory, &[&file]))
        .metadata(&path("list"), "text/plain", format!("{VERSION}\n"))
}

fn fetch(directory: &Path, registry: &str) -> Vec<Command> {
    let mut go = isolated("go", directory);
    go.args(["mod", "download"])
        .arg(format!("{MODULE}@latest"))
        .env("GOENV", "off")
        // Files that cannot be written could not be removed with the directory.
        .env("GOFLAGS", "-modcacherw")
        .env("GOPATH", directory.join("go"))
        .env("GOPROXY", registry)
        .env("GOSUMDB", "off")
        .env("GOTOOLCHAIN", "local");
    vec![go]
}
