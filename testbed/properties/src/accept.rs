use signpost::request::{Format, Request};

pub(crate) fn check(bytes: &[u8]) {
    let fields: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    let format = format_of(&fields);
    let reversed: Vec<_> = fields.iter().rev().copied().collect();
    assert_eq!(format_of(&reversed), format, "the order of fields matters");
    let louder = bytes.to_ascii_uppercase();
    let louder: Vec<_> = louder.split(|byte| *byte == b'\n').collect();
    assert_eq!(format_of(&louder), format, "the case of letters matters");
    let one_more = [fields.as_slice(), &[b"text/x;q=1, application/json"]].concat();
    assert_eq!(format_of(&one_more), Format::Json, "a field hides another");
    if format == Format::Json {
        let names_json = |field: &&[u8]| {
            let field = field.to_ascii_lowercase();
            str::from_utf8(&field).is_ok_and(|text| text.contains("json"))
        };
        assert!(fields.iter().any(names_json), "nobody asked for JSON");
    }
    // Only a quoted parameter may hold a comma of its own.
    let has_quotes = bytes.contains(&b'"');
    if let (Some(text), false) = (crate::text(bytes), has_quotes) {
        let in_one = text.replace('\n', ",");
        assert_eq!(format_of(&[in_one.as_bytes()]), format, "fields are a list");
        let spaced = text.replace(',', " ,\t");
        let spaced: Vec<_> = spaced.split('\n').map(str::as_bytes).collect();
        assert_eq!(format_of(&spaced), format, "blanks around commas matter");
        let ranges = text.split([',', '\n']).map(str::as_bytes);
        let is_json = |range| format_of(&[range]) == Format::Json;
        let json = ranges.clone().filter(|range| is_json(range)).count();
        assert_eq!(json > 0, format == Format::Json, "ranges do not stand alone");
        for range in ranges.filter(|range| is_json(range)) {
            let without = [range, b";q=0"].concat();
            assert_eq!(format_of(&[&without]), Format::Redirect, "q=0 is not heard");
        }
    }
}

fn format_of(fields: &[&[u8]]) -> Format {
    let request = Request::new("GET", "registry.example", "/");
    request.with_accept(fields.iter().copied()).format()
}
