use signpost::entries::{Entries, Lookup};
use signpost::values::{CaptureType, Effect, Position, Share, Switch};

pub(crate) fn check(bytes: &[u8]) {
    let Some(text) = crate::text(bytes) else {
        return;
    };
    let read = text.parse::<Switch>();
    check_entry(text, read.as_ref().ok());
    let switch = match read {
        Ok(switch) => switch,
        Err(error) => {
            let said = error.to_string();
            assert!(said.contains(text) && said.contains("; write `enforce`"), "{said}");
            return;
        }
    };
    let canonical = switch.to_string();
    assert_eq!(canonical.parse(), Ok(switch), "{text:?} is written as {canonical}");
    assert_eq!(in_words(text), in_words(&canonical), "{text:?} is read as {canonical}");
    check_effect(switch);
}

/// The words of a switch, without what makes no difference: blanks, leading zeros, and a share of 100 % or of
/// nothing where that is the default.
fn in_words(text: &str) -> Vec<String> {
    let words = text.split_ascii_whitespace().flat_map(|word| {
        let (word, comma) = match word.split_once(',') {
            Some((before, after)) => (before, Some(after)),
            None => (word, None),
        };
        [Some(word), comma.map(|_| ","), comma].into_iter().flatten()
    });
    let without_zeros = |word: &str| {
        let number = word.trim_start_matches('0');
        match word.strip_suffix('%') {
            Some(_) if number == "%" => "0%".to_owned(),
            Some(_) => number.to_owned(),
            None => word.to_owned(),
        }
    };
    let words = words.filter(|word| !word.is_empty());
    let mut words: Vec<_> = words.map(without_zeros).collect();
    if words.ends_with(&[",", "next", "0%"].map(str::to_owned)) {
        words.truncate(words.len() - 3);
    }
    if words.get(1).is_some_and(|share| share == "100%") {
        words.remove(1);
    }
    words
}

/// A larger share contains the files of a smaller one, and only `enforce` sends anything.
fn check_effect(switch: Switch) {
    let texts = ["serde", "1.0.219"].map(|text| CaptureType::Segment.parse(text));
    let captures: Vec<_> = texts.into_iter().flatten().collect();
    let effect = switch.effect_on(&captures);
    let Position::Enforce(share) = switch.position() else {
        assert!(matches!(effect, Effect::Shadow | Effect::Off), "{switch}");
        return;
    };
    assert_eq!(effect == Effect::Send, share.includes(&captures), "{switch}");
    assert!(share != Share::ALL || effect == Effect::Send, "{switch}");
    assert!(share != Share::NONE || effect == Effect::OutsideShare, "{switch}");
    let larger = Share::percent(share.as_percent() + 1);
    if let (Effect::Send, Some(larger)) = (effect, larger) {
        assert!(larger.includes(&captures), "{switch}");
    }
}

/// What an entry holds that cannot be read is `off`, and is said in one look-up alone.
fn check_entry(text: &str, read: Option<&Switch>) {
    let mut entries = Entries::default();
    let mut take = || {
        let entry = Lookup::Found(text.to_owned());
        entries.take(Lookup::Missing, entry, || Lookup::Missing)
    };
    let said = take();
    let told_of_switch = said.iter().any(|line| line.contains("taken as off"));
    assert_eq!(told_of_switch, read.is_none(), "{said:?}");
    assert_eq!(take(), Vec::<String>::new(), "{text:?} is told twice");
    assert_eq!(entries.switch(), *read.unwrap_or(&Switch::OFF), "{text:?}");
}
