use std::fs;
use std::path::Path;

use super::{Source, cycles, files};

#[track_caller]
fn crate_of(texts: &[(&str, &str)]) -> Vec<Source> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in texts {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let mut sources = files(folder.path()).unwrap();
    for source in &mut sources {
        source.path = source.path.strip_prefix(folder.path()).unwrap().to_owned();
    }
    sources
}

#[track_caller]
fn check_imports(text: &str, expected: &[&str]) {
    let sources = crate_of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "mod x;"),
        ("a/x.rs", text),
        ("b.rs", "pub mod y;"),
        ("b/y.rs", ""),
        ("c/mod.rs", ""),
    ]);
    let found = sources.iter().find(|file| file.module == "crate::a::x");
    let imports: Vec<_> = found.unwrap().imports.iter().collect();
    assert_eq!(imports, expected, "{text}");
}

#[test]
fn imports_lead_to_files() {
    for (text, expected) in [
        ("use crate::b::Name;", &["crate::b"][..]),
        ("use crate::b::y::{self, f};", &["crate::b::y"]),
        ("use crate::{b::y::*, c};", &["crate::b::y", "crate::c"]),
        ("pub(crate) use crate::c as d;", &["crate::c"]),
        ("use super::{f, super::c::g};", &["crate::a", "crate::c"]),
        ("use super::super::f;", &["crate"]),
        ("use crate::Name; use std::fmt; use b::y;", &["crate"]),
        (
            "fn f() { crate::c::g(super::T) }",
            &["crate::a", "crate::c"],
        ),
        (
            "fn f(_: crate::c::T<crate::b::y::T>) {}",
            &["crate::b::y", "crate::c"],
        ),
        (
            "fn f() { println!(\"{}\", crate::c::T[crate::b::N]) }",
            &["crate::b", "crate::c"],
        ),
        (
            "#[arg(value_parser = crate::c::parse)] struct S;",
            &["crate::c"],
        ),
        ("#[serde(with = \"crate::c\")] struct S;", &["crate::c"]),
        (
            "pub(super) struct S; macro_rules! m { () => { pub(crate) } }",
            &[],
        ),
        ("mod inner { use super::super::f; }", &["crate::a"]),
        ("mod inner { fn f() {} } fn g() { inner::f() }", &[]),
        ("#[cfg(test)] mod tests { use crate::c; }", &[]),
        (
            "#[cfg(test)] use crate::c; #[cfg(unix)] use crate::b;",
            &["crate::b"],
        ),
        (
            "struct S; impl S { #[cfg(test)] fn f() { crate::c::g() } }",
            &[],
        ),
    ] {
        check_imports(text, expected);
    }
}

#[test]
fn a_declared_module_is_imported_by_its_use() {
    let library = "mod a; mod b; #[cfg(test)] mod missing; use a::T; fn f(b: T) { b.g() }";
    let program = "mod edge; fn main() { edge::serve() }";
    let sources = crate_of(&[
        ("lib.rs", library),
        ("a.rs", ""),
        ("b.rs", ""),
        ("main.rs", program),
        ("edge.rs", "use crate::main;"),
    ]);
    let imports = |module: &str| {
        let file = sources.iter().find(|file| file.module == module);
        Vec::from_iter(file.unwrap().imports.clone())
    };
    assert_eq!(imports("crate"), ["crate::a"]);
    assert_eq!(imports("main"), ["main::edge"]);
    assert_eq!(imports("main::edge"), ["main"]);
}

#[test]
fn a_cycle_is_the_shortest_path_back() {
    for (a, b, c, expected) in [
        ("use crate::b;", "use crate::c;", "", &[][..]),
        ("use crate::b;", "use crate::a;", "", &["a.rs", "b.rs"]),
        (
            "use crate::{b, c};",
            "use crate::c;",
            "use crate::a;",
            &["a.rs", "c.rs"],
        ),
        ("", "use crate::c;", "use crate::b;", &["b.rs", "c.rs"]),
        (
            "use crate::b;",
            "use crate::c;",
            "use crate::a;",
            &["a.rs", "b.rs", "c.rs"],
        ),
    ] {
        let sources = crate_of(&[
            ("lib.rs", "mod a; mod b; mod c;"),
            ("a.rs", a),
            ("b.rs", b),
            ("c.rs", c),
        ]);
        let expected: Vec<_> = expected.iter().map(Path::new).collect();
        let found = cycles(&sources);
        assert_eq!(found.concat(), expected, "{a} | {b} | {c}");
    }
}

#[test]
fn a_file_that_is_missing_or_not_rust_is_named() {
    for (text, expected) in [("mod missing;", "missing/mod.rs"), ("fn (", "cannot parse")] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lib.rs"), text).unwrap();
        let error = format!("{:#}", files(folder.path()).unwrap_err());
        assert!(error.contains(expected), "{text}: {error}");
    }
}
