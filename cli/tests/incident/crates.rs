//! Small crate files with the names and versions of real ones.

use std::fmt::Write as _;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use signpost_rows::CrateFile;
use signpost_testbed::Crate;

/// The size of a block of a tar archive.
const BLOCK: usize = 512;

/// A file for each of the 1,309 that a large workspace locks. Real ones are 300 MB.
pub(crate) fn files() -> Vec<Crate> {
    signpost_rows::crates().iter().map(pack).collect()
}

/// A lock file of these.
pub(crate) fn lock_file(files: &[Crate]) -> String {
    let mut text = "version = 4\n".to_owned();
    for file in files {
        let Crate {
            name,
            version,
            sha256,
            ..
        } = file;
        write!(
            text,
            "\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
             checksum = \"{sha256}\"\n"
        )
        .unwrap();
    }
    text
}

/// Packs it as `cargo package` does, which would take minutes for all.
fn pack(&CrateFile { name, version, .. }: &CrateFile) -> Crate {
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n");
    let mut archive = Vec::new();
    for (file, content) in [("Cargo.toml", &*manifest), ("src/lib.rs", "")] {
        append(&format!("{name}-{version}/{file}"), content, &mut archive);
    }
    archive.extend([0; 2 * BLOCK]);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&archive).unwrap();
    let bytes = packed.finish().unwrap();
    Crate {
        name: name.to_owned(),
        version: version.to_owned(),
        sha256: format!("{:x}", Sha256::digest(&bytes)),
        bytes: bytes.into(),
    }
}

/// Appends a file to a tar archive.
fn append(path: &str, content: &str, archive: &mut Vec<u8>) {
    let mut header = [0; BLOCK];
    let mut set =
        |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    assert!(path.len() <= 100, "{path}");
    set(0, path);
    set(100, "0000644");
    set(108, "0000000");
    set(116, "0000000");
    set(124, &format!("{:011o}", content.len()));
    set(136, "00000000000");
    // The checksum counts itself as blanks.
    set(148, "        ");
    set(156, "0");
    set(257, "ustar");
    set(263, "00");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    archive.extend(header);
    archive.extend(content.as_bytes());
    archive.resize(archive.len().next_multiple_of(BLOCK), 0);
}
