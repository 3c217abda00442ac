//! The groups of paths.

use fastrand::Rng;

use super::{Branch, MOST, Paths};

fn of(paths: &[String]) -> Paths {
    let mut found = Paths::default();
    for path in paths {
        found.add(String::new(), path.split('/').skip(1), 1);
    }
    found
}

fn groups(paths: &[&str]) -> Vec<String> {
    let paths: Vec<_> = paths.iter().map(ToString::to_string).collect();
    let groups = of(&paths).groups().into_iter();
    groups
        .map(|(path, requests)| format!("{requests} {path}"))
        .collect()
}

#[test]
fn paths_are_told_apart_by_two_segments() {
    for (paths, expected) in [
        (&["/", "/", "/a"][..], &["2 /", "1 /a"][..]),
        (&["/a/", "/a"], &["1 /a", "1 /a/"]),
        (&["/a/b", "/a/b/c", "/a/b/d/e"], &["2 /a/b/…", "1 /a/b"]),
    ] {
        assert_eq!(groups(paths), expected, "{paths:?}");
    }
}

#[test]
fn many_names_in_one_place_are_any_name() {
    let users: Vec<_> = (0..=MOST[1])
        .map(|number| format!("/users/{number}"))
        .collect();
    let with_more = |more: &str| {
        let paths = users.iter().map(String::as_str).chain([more]);
        groups(&paths.collect::<Vec<_>>())
    };
    assert_eq!(with_more("/users/"), ["18 /users/{…}"]);
    assert_eq!(with_more("/users/1/x"), ["17 /users/{…}", "1 /users/{…}/…"]);
    assert_eq!(with_more("/me"), ["17 /users/{…}", "1 /me"]);
    let long = format!("/users/{}", "a".repeat(65));
    assert_eq!(groups(&[&long, "/me"]), ["1 /me", "1 /users/{…}"]);
}

#[test]
fn the_pages_of_a_site_outlast_those_who_try_any_path() {
    let mut paths: Vec<_> = (0..3 * MOST[0])
        .map(|number| format!("/{number}.php"))
        .collect();
    paths.extend(["/crates/a", "/categories", "/assets/b"].map(str::to_owned));
    let groups = of(&paths).groups();
    assert_eq!(groups[0].0, "/{…}");
    for path in ["/crates/a", "/categories", "/assets/b"] {
        assert!(groups.contains(&(path.to_owned(), 1)), "{path}");
    }
}

#[test]
fn what_is_kept_is_bounded_whatever_is_asked() {
    fn branches(branch: &Branch) -> usize {
        let further = branch.named.values().chain(branch.others.as_deref());
        1 + further.map(branches).sum::<usize>()
    }
    // The first, those that it names, and any other; below each of the last two kinds the same again.
    let most = 1 + (MOST[0] + 1) * (1 + MOST[1] + 1);
    let paths = |names: usize, below: usize| -> Vec<_> {
        let first = |name| (0..below).map(move |number| format!("/n{name}/m{number}/x/y"));
        (0..names).flat_map(first).collect()
    };
    for (names, below) in [
        (MOST[0], MOST[1]),
        (2 * MOST[0], 2 * MOST[1]),
        (10 * MOST[0], 2),
        (3, 40 * MOST[1]),
    ] {
        let row = format!("{names} names, {below} below each");
        let all = paths(names, below);
        let (one, other) = all.split_at(all.len() / 2);
        let mut found = of(one);
        found.merge(of(other));
        for found in [found, of(&all)] {
            let number: usize = found.0.values().map(branches).sum();
            assert!(number <= most, "{row}: {number} branches, not {most}");
            assert_eq!(found.requests(), Some(all.len() as u64), "{row}");
        }
    }
}

#[test]
fn neither_the_order_nor_the_parts_show() {
    let mut random = Rng::with_seed(2);
    let mut paths: Vec<_> = (0..40_000)
        .map(|_| {
            let (one, two) = (random.u32(0..9_000), random.u32(0..40));
            format!("/{}/{two}/x", one * (one % 3))
        })
        .collect();
    let expected = of(&paths);
    assert!(expected.0.values().all(|branch| branch.others.is_some()));
    for parts in [1, 2, 3, 7] {
        random.shuffle(&mut paths);
        let mut found = Paths::default();
        for part in paths.chunks(paths.len().div_ceil(parts)) {
            found.merge(of(part));
        }
        assert_eq!(found, expected, "{parts} parts");
        let written = serde_json::to_string(&found).unwrap();
        let read: Paths = serde_json::from_str(&written).unwrap();
        assert_eq!(read, expected, "{parts} parts, read back");
    }
}
