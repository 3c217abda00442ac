//! Names, versions and checksums of crates.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::Deserialize;
use signpost::values::CaptureType;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    name: String,
    version: String,
}

/// A SHA-256 in lower-case hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Checksum(String);

/// Checksums from lock files and indexes: the first of each file, and others that differ from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Checksums(BTreeMap<Package, Vec<Checksum>>);

impl Package {
    /// A version of a crate, if a registry's routes can take it.
    pub(crate) fn new(name: &str, version: &str) -> Result<Self, String> {
        CaptureType::Crate
            .parse(name)
            .ok_or_else(|| format!("`{name}` is not the name of a crate"))?;
        CaptureType::Semver
            .parse(version)
            .ok_or_else(|| format!("`{version}` is not a version such as 1.10.0"))?;
        Ok(Self {
            name: name.to_owned(),
            version: version.to_owned(),
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }
}

impl Checksum {
    /// Reads 64 hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_sha256 = text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_sha256.then(|| Self(text.to_ascii_lowercase()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Checksum {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        Self::parse(&text).ok_or("the checksum is not a SHA-256")
    }
}

impl Checksums {
    pub(crate) fn insert(&mut self, package: Package, checksum: Checksum) {
        let known = self.0.entry(package).or_default();
        if !known.contains(&checksum) {
            known.push(checksum);
        }
    }

    /// Every checksum of a file, all different.
    pub(crate) fn of(&self, package: &Package) -> &[Checksum] {
        self.0.get(package).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&Package, &Checksum)> {
        let all = self.0.iter();
        all.filter_map(|(package, known)| Some((package, known.first()?)))
    }
}

/// `NAME@VERSION`, as cargo writes it.
impl FromStr for Package {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, version) = text
            .split_once('@')
            .ok_or("write a name and a version, such as smallvec@1.10.0")?;
        Self::new(name, version)
    }
}

#[cfg(test)]
mod tests {
    use super::{Checksum, Package};

    #[test]
    fn a_package_is_a_name_and_a_version() {
        let package: Package = "libgit2-sys@0.12.25+1.3.0".parse().unwrap();
        assert_eq!(package.name(), "libgit2-sys");
        assert_eq!(package.version(), "0.12.25+1.3.0");
        for text in [
            "smallvec",
            "smallvec@1.10",
            "@1.10.0",
            "small vec@1.0.0",
            "a@",
        ] {
            assert!(text.parse::<Package>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_checksum_has_64_hexadecimal_digits() {
        let digits = "0123456789ABCDEF".repeat(4);
        let checksum = Checksum::parse(&digits).unwrap();
        assert_eq!(checksum.as_str(), digits.to_lowercase());
        for text in ["", "abc", &digits[1..], &digits.replace('A', "g")] {
            assert_eq!(Checksum::parse(text), None, "{text}");
        }
    }
}
