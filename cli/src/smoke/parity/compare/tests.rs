use super::Compared;
use crate::smoke::gather::probes::Probe;
use crate::smoke::parity::answers::Answers;
use crate::smoke::parity::samples::{
    FILE, answers, changed, compared, probe, unreached, with_head, with_range, without,
};

/// The code of each difference with its target, and the words.
fn found(compared: &Compared) -> (Vec<String>, String) {
    let copies = compared.copies.iter();
    let differences: Vec<_> = copies
        .flat_map(|copy| copy.differences.iter().map(|it| (&copy.at.name, it)))
        .collect();
    let codes = differences
        .iter()
        .map(|(name, it)| format!("{} {name}", it.code));
    let words: Vec<_> = differences
        .iter()
        .map(|(_, it)| it.words.as_str())
        .collect();
    (codes.collect(), words.join("\n"))
}

#[test]
fn whatever_differs_of_the_file_is_found_and_nothing_else() {
    let mut other = FILE.to_vec();
    other[20] ^= 1;
    let rows: [(&str, Answers, &[&str], &str); 10] = [
        ("nothing", answers(FILE), &[], ""),
        (
            "missing",
            without(404),
            &["status cloudfront"],
            "200 at static, 404 Not Found here",
        ),
        (
            "redirect",
            without(302),
            &["status cloudfront"],
            "here (it redirects to /)",
        ),
        (
            "unreached",
            unreached(),
            &["cdn-connect cloudfront"],
            "cannot be reached: refused",
        ),
        (
            "bytes",
            answers(&other),
            &["sha-256 cloudfront"],
            " at static, ",
        ),
        (
            "length",
            changed(|it| it.bytes = 34),
            // HEAD still says 35.
            &["head cloudfront", "bytes cloudfront"],
            "35 at static, 34 here",
        ),
        (
            "type",
            changed(|it| it.content_type = Some("application/x-gzip".to_owned())),
            &["type cloudfront"],
            "application/gzip at static, application/x-gzip here",
        ),
        (
            "no type",
            changed(|it| it.content_type = None),
            &["type cloudfront"],
            "application/gzip at static, none here",
        ),
        (
            "the same type",
            changed(|it| it.content_type = Some("Application/GZIP ;".to_owned())),
            &[],
            "",
        ),
        (
            "page",
            changed(|it| it.content_type = Some("text/html".to_owned())),
            &["cdn-content cloudfront", "type cloudfront"],
            "it serves an HTML page instead of the file",
        ),
    ];
    for (row, second, codes, words) in rows {
        differs(row, second, codes, words);
    }
}

#[test]
fn whatever_differs_of_a_range_and_of_head_is_found_and_nothing_else() {
    let allowed = ("access-control-allow-origin", "*");
    let part = ("content-range", "bytes 1-8/35");
    let bytes = &FILE[1..=8];
    let rows: [(&str, Answers, &[&str], &str); 7] = [
        (
            "no cors",
            with_range(206, &[part], bytes),
            &["cors cloudfront"],
            "* at static, none here",
        ),
        (
            "twice cors",
            with_range(206, &[part, allowed, allowed], bytes),
            &["cors cloudfront"],
            "* at static, *, * here",
        ),
        (
            "no range",
            with_range(416, &[], b""),
            &["range cloudfront"],
            "206 at static, 416 here",
        ),
        (
            "whole",
            with_range(200, &[allowed], FILE),
            &["range cloudfront"],
            "206 at static, 200 here",
        ),
        (
            "other range",
            with_range(206, &[part, allowed], b"other"),
            &["range cloudfront"],
            "with other bytes",
        ),
        (
            "no HEAD",
            with_head(403, &[]),
            &["head cloudfront"],
            "200 at static, 403 here",
        ),
        (
            "no length of HEAD",
            with_head(200, &[]),
            &["head cloudfront"],
            "200 at static, 200, no length here",
        ),
    ];
    for (row, second, codes, words) in rows {
        differs(row, second, codes, words);
    }
}

/// Asserts what is found if the second target answers so, and the first is right.
#[track_caller]
fn differs(row: &str, second: Answers, codes: &[&str], words: &str) {
    let compared = compared(probe(None, false), vec![answers(FILE), second]);
    let (found, said) = found(&compared);
    assert_eq!(found, codes, "{row}: {said}");
    assert!(said.contains(words), "{row}: {said}");
}

#[test]
fn the_target_that_is_wrong_is_named_whichever_it_is() {
    let mut other = FILE.to_vec();
    other[20] ^= 1;
    let other = &*other;
    let refused = || with_range(416, &[], b"");
    let rows: [(&str, Probe, Vec<Answers>, &[&str]); 13] = [
        (
            "known",
            probe(Some(FILE), false),
            vec![answers(FILE), answers(FILE)],
            &[],
        ),
        (
            "known, first",
            probe(Some(FILE), false),
            vec![answers(other), answers(FILE)],
            &["sha-256 static"],
        ),
        (
            "known, both",
            probe(Some(FILE), false),
            vec![answers(other), answers(other)],
            &["sha-256 static", "sha-256 cloudfront"],
        ),
        (
            "missing, first",
            probe(None, false),
            vec![without(404), answers(FILE)],
            &["status static"],
        ),
        (
            "missing, both",
            probe(None, false),
            vec![without(404), without(404)],
            &["status static", "status cloudfront"],
        ),
        (
            "may be missing, both",
            probe(None, true),
            vec![without(403), without(404)],
            &[],
        ),
        (
            "may be missing, one",
            probe(None, true),
            vec![without(403), answers(FILE)],
            &["status static"],
        ),
        (
            "may be missing, another status",
            probe(None, true),
            vec![without(404), without(500)],
            &["status static", "status cloudfront"],
        ),
        (
            "may be missing, unreached",
            probe(None, true),
            vec![without(404), unreached()],
            &["cdn-connect cloudfront"],
        ),
        (
            "unreached, first",
            probe(None, false),
            vec![unreached(), answers(FILE), refused()],
            &["cdn-connect static", "range spare"],
        ),
        (
            "refused, all",
            probe(None, false),
            vec![refused(), refused(), refused()],
            &[],
        ),
        (
            "one of three",
            probe(None, false),
            vec![refused(), answers(FILE), answers(FILE)],
            &["range static"],
        ),
        (
            "worse range, not first",
            probe(None, false),
            vec![
                with_range(200, &[("access-control-allow-origin", "*")], FILE),
                refused(),
            ],
            &["range cloudfront"],
        ),
    ];
    for (row, probe, answers, codes) in rows {
        let (found, words) = found(&compared(probe, answers));
        assert_eq!(found, codes, "{row}: {words}");
    }
}
