//! Values of each capture type, and some that are nearly of it.

use crate::random::Random;

/// A value of a type; seldom one that is a little too long or too short.
pub(crate) fn value(random: &mut Random, kind: &str) -> String {
    const LETTERS: [char; 8] = ['a', 'b', 'r', 'z', 'A', 'Z', '_', '1'];
    const NAME: &str = "abcdexyzABZ0189-_";
    const VISIBLE: &str = "abcxyzABZ0123456789.-_~!$&'()*+,;=:@\"<>[]^`{|}";
    const LOWER: &str = "abcxyz0123456789.-_~!$&'()*+,;=:@\"<>[]^`{|}";
    match kind {
        "crate" => format!("{}{}", *random.pick(&LETTERS), random.text(NAME, 0, 63)),
        "semver" => version(random),
        "segment" => random.text(VISIBLE, 1, 255),
        "lower" => random.text(LOWER, 1, 255),
        "path" => {
            let count = if random.once_in(40) {
                4
            } else {
                1 + random.below(4)
            };
            let least = if random.once_in(20) { 248 } else { 1 };
            let segments = (0..count).map(|_| random.text(VISIBLE, least, 255));
            segments.collect::<Vec<_>>().join("/")
        }
        "digits" => random.text("0123456789", 1, 255),
        "sha1" => hex(random, 40),
        "sha256" => hex(random, 64),
        "sha512" => hex(random, 128),
        _ => match kind.strip_prefix("hex(") {
            Some(length) => hex(
                random,
                length.trim_end_matches(')').parse().expect("a length"),
            ),
            None => (*random.pick(&kind.split('|').collect::<Vec<_>>())).to_owned(),
        },
    }
}

fn hex(random: &mut Random, length: usize) -> String {
    let length = if random.once_in(40) {
        length - 1 + random.below(3)
    } else {
        length
    };
    (0..length)
        .map(|_| char::from(*random.pick(b"0123456789abcdef")))
        .collect()
}

fn version(random: &mut Random) -> String {
    const IDENTIFIER: &str = "abcXYZ0123456789-.";
    let number = |random: &mut Random| random.below(30).to_string();
    let mut version = format!("{}.{}.{}", number(random), number(random), number(random));
    if random.once_in(3) {
        version = format!("{version}-{}", random.text(IDENTIFIER, 1, 144));
    }
    if random.once_in(3) {
        version = format!("{version}+{}", random.text(IDENTIFIER, 1, 144));
    }
    version
}
