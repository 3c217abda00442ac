use std::borrow::Cow;

use arbitrary::Unstructured;
use percent_encoding::percent_decode_str;
use signpost::values::{Capture, PathTemplate, TemplateErrors, Unencoded};

use crate::generator::{has_parts, is_plain, location, near, path, segments, values};

pub(crate) fn check(bytes: &[u8]) {
    let mut bytes = Unstructured::new(bytes);
    let text = path(&mut bytes);
    let path = match PathTemplate::path(&text) {
        Ok(path) => path,
        Err(errors) => return check_errors(&text, &errors),
    };
    assert_eq!(PathTemplate::path(&path.to_string()).as_ref(), Ok(&path), "{text}");
    let text = location(&mut bytes, &path);
    let location = match PathTemplate::location(&text, path.captures()) {
        Ok(location) => location,
        Err(errors) => return check_errors(&text, &errors),
    };
    let again = PathTemplate::location(&location.to_string(), path.captures());
    assert_eq!(again.as_ref(), Ok(&location), "{text}");
    assert_eq!(location.captures(), path.captures(), "{text}");
    let values = values(&mut bytes, path.captures());
    for template in [&path, &location] {
        check_read_back(template, &values);
    }
    check_written(&location, &values);
    for template in [&path, &location] {
        let near = near(&mut bytes, &template.text(&values));
        check_near(template, &near);
    }
}

fn check_errors(text: &str, errors: &TemplateErrors) {
    assert!(errors.iter().count() > 0, "{text}");
    assert!(errors.iter().all(|error| !error.is_empty() && !error.contains('\n')), "{text}");
}

/// The path of these values is read as these values, or not at all.
fn check_read_back(template: &PathTemplate, values: &[Capture<'_>]) {
    if !has_parts(template, values) {
        return;
    }
    let path = template.text(values);
    match template.read(&segments(&path)) {
        Ok(read) => assert_eq!(read, values, "{template} reads {path}"),
        Err(_) => assert!(!is_plain(template), "{template} does not read {path}"),
    }
}

/// What is written is strictly encoded, and decodes to the path of these values.
fn check_written(location: &PathTemplate, values: &[Capture<'_>]) {
    for unencoded in ["", "@:+"] {
        let kept: Unencoded = unencoded.parse().unwrap_or_default();
        let mut written = String::new();
        location.write(&mut written, values, &kept);
        let decoded: Vec<Cow<'_, str>> = written.split('/').map(decoded).collect();
        assert_eq!(decoded.join("/"), location.text(values), "{location}");
        let without_escapes = written.split('%').skip(1).all(|after| {
            after.get(..2).is_some_and(|digits| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')))
        });
        let is_plain = |byte: u8| {
            byte.is_ascii_alphanumeric() || b"/%-._~".contains(&byte) || unencoded.as_bytes().contains(&byte)
        };
        assert!(without_escapes && written.bytes().all(is_plain), "{location} writes {written}");
    }
}

/// Whatever is read of a path writes that path again.
fn check_near(template: &PathTemplate, path: &str) {
    let segments = segments(path);
    let Ok(read) = template.read(&segments) else {
        return;
    };
    assert_eq!(template.text(&read), format!("/{}", segments.join("/")), "{template}");
    let pairs = template.captures().iter().zip(&read);
    for (slot, capture) in pairs {
        let again = slot.kind().parse(capture.as_str());
        assert_eq!(again.as_ref(), Some(capture), "{template} reads {path}");
    }
    assert_eq!(read.len(), template.captures().len(), "{template} reads {path}");
}

fn decoded(segment: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(segment).decode_utf8();
    decoded.unwrap_or_else(|error| panic!("{segment}: {error}"))
}
