//! Files that crates.io has, for small shares of the switch.

use crate::smoke::gather::package::{Checksum, Package};

/// The CDN that serves them.
pub(crate) const CDN_HOST: &str = "static.crates.io";

/// Chosen so that every share from 1 % on includes enough of them, of `enforce 1%` and of `next 1%`.
const KNOWN: &str = include_str!("known.tsv");

/// The crates and their checksums.
pub(crate) fn files() -> Vec<(Package, Checksum)> {
    KNOWN.lines().skip(1).filter_map(read).collect()
}

fn read(line: &str) -> Option<(Package, Checksum)> {
    let mut fields = line.split('\t');
    let package = Package::new(fields.next()?, fields.next()?).ok()?;
    Some((package, Checksum::parse(fields.next()?)?))
}

#[cfg(test)]
mod tests {
    use signpost::request::Request;
    use signpost::route;
    use signpost::sides::Sides;
    use signpost::values::{Share, Switch};
    use signpost_rows::sides::NEXT;
    use signpost_rows::{CrateFile, crates};

    use super::{KNOWN, files};
    use crate::file::Loaded;
    use crate::small::production;

    #[test]
    fn every_share_from_one_percent_on_holds_at_least_three() {
        let loaded = production();
        for percent in 1..100 {
            let share = Share::percent(percent).unwrap();
            let files = files();
            let held = files.iter().filter(|(package, _)| {
                let (name, version) = (package.name(), package.version());
                let path = format!("/api/v1/crates/{name}/{version}/download");
                let request = Request::new("GET", "crates.io", &path);
                let found = route::find(loaded.config(), &request).unwrap();
                share.includes(found.captures())
            });
            assert!(held.count() >= 3, "{percent}%");
        }
    }

    #[test]
    fn every_share_of_next_from_one_percent_on_holds_at_least_three() {
        let (production, next) = (production(), Loaded::of(NEXT));
        let sides = Sides::new(production.config(), Some(next.config()));
        let is_held = |name: &str, version: &str| {
            let path = format!("/api/v1/crates/{name}/{version}/download");
            let request = Request::new("GET", "crates.io", &path);
            let switch = Switch::ENFORCE.with_next(Share::percent(1).unwrap());
            sides.next_for(&request, switch).is_some()
        };
        let files = files();
        let held = files
            .iter()
            .filter(|(it, _)| is_held(it.name(), it.version()));
        // A larger share contains the files of a smaller one.
        assert!(held.count() >= 3);
    }

    #[test]
    fn each_is_a_real_file_with_its_checksum() {
        assert_eq!(files().len(), KNOWN.lines().count() - 1);
        for line in KNOWN.lines().skip(1) {
            let is_real =
                |file: &CrateFile| line == [file.name, file.version, file.sha256].join("\t");
            assert!(crates().iter().any(is_real), "{line}");
        }
    }
}
