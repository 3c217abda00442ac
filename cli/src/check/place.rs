//! Finds where a difference is in a TOML file.

use std::ops::Range;

use signpost::config::Place;
use toml_edit::{Document, Item, Table};

use crate::differences::Difference;

/// The value that differs, or the nearest table around it.
pub(super) fn of_difference(text: &str, difference: &Difference) -> Option<Place> {
    let document = Document::parse(text).ok()?;
    let (mut bytes, mut around) = (None, Some(document.as_table()));
    let mut steps = difference.steps();
    while let Some(table) = around {
        let Some((found, next)) = steps.next().and_then(|step| below(table, step, &mut steps))
        else {
            break;
        };
        bytes = found.or(bytes);
        around = next;
    }
    of_bytes(text, bytes?)
}

/// The bytes of a value or table, and the table.
type Found<'t> = (Option<Range<usize>>, Option<&'t Table>);

/// What is one step below a table: a value, a table, or the table of an array that the next step
/// names.
fn below<'t, 's>(
    table: &'t Table,
    step: &str,
    later: &mut impl Iterator<Item = &'s str>,
) -> Option<Found<'t>> {
    let (key, item) = table.get_key_value(step)?;
    Some(match item {
        Item::ArrayOfTables(tables) => {
            let name = later.next()?;
            let table = tables.iter().find(|table| is_called(table, name))?;
            (table.span(), Some(table))
        }
        Item::Table(table) => (key.span(), Some(table)),
        item => (item.span(), None),
    })
}

/// Whether a route has this name, or an example this request (in brackets) and target.
fn is_called(table: &Table, name: &str) -> bool {
    let text = |key| table.get(key).and_then(Item::as_str);
    let example = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    match (example, text("request"), text("target")) {
        (None, ..) => text("name") == Some(name),
        (Some(example), Some(request), Some(target)) => {
            example == request || example == format!("{request} at {target}")
        }
        (Some(example), request, _) => Some(example) == request,
    }
}

fn of_bytes(text: &str, bytes: Range<usize>) -> Option<Place> {
    let before = text.get(..bytes.start)?;
    let line = before.rsplit('\n').next()?;
    Some(Place {
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
        bytes,
    })
}

#[cfg(test)]
mod tests {
    use signpost_testbed::rows;

    use super::of_difference;
    use crate::differences::Difference;

    const TEXT: &str = "\
hosts = [\"a.example\"]
[targets.cdn]
base = \"https://cdn.example\"

[[routes]]
name = \"file\"
status = 307
[[routes.examples]]
request = \"/a.b\"
[[routes.examples]]
target = \"a\"
request = \"/c at\"
[[routes.examples]] # b
target = \"b\"
request = \"/c at\"
[[examples]]
request = \"/d\"
";

    #[test]
    fn a_difference_stands_at_its_value_or_at_the_table_around_it() {
        for [key, line, underlined] in rows(
            "
            hosts                            | 1  | [\"a.example\"]
            targets.cdn.base                 | 3  | \"https://cdn.example\"
            targets.cdn.port                 | 2  | cdn
            routes.file.status               | 7  | 307
            routes.file.json                 | 5  | [[routes]]
            routes.file.examples[/a.b]       | 8  | [[routes.examples]]
            routes.file.examples[/c at at a] | 10 | [[routes.examples]]
            routes.file.examples[/c at at b] | 13 | [[routes.examples]]
            routes.file.examples[/c at]      | 10 | [[routes.examples]]
            routes.file.examples[/c at at c] | 5  | [[routes]]
            routes.file.examples[/c]         | 5  | [[routes]]
            examples[/d]                     | 16 | [[examples]]
            ",
        ) {
            let key = key.to_owned();
            let (old, new) = (None, None);
            let difference = Difference { key, old, new };
            let place = of_difference(TEXT, &difference).unwrap();
            let found = (place.line.to_string(), TEXT.get(place.bytes).unwrap());
            assert_eq!(found, (line.to_owned(), underlined), "{}", difference.key);
        }
        let key = "log.endpoint".to_owned();
        let (old, new) = (None, None);
        assert_eq!(of_difference(TEXT, &Difference { key, old, new }), None);
    }
}
