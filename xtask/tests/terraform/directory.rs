use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use hcl_edit::Decorated;
use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Block, Body};
use hcl_edit::visit::{Visit, visit_traversal};

/// All `.tf` files of one directory, which Terraform reads as one.
pub(crate) struct Directory {
    bodies: Vec<Body>,
}

impl Directory {
    #[track_caller]
    pub(crate) fn read(path: &Path) -> Self {
        let mut files: Vec<_> = fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|file| file.extension().is_some_and(|extension| extension == "tf"))
            .collect();
        files.sort();
        assert!(!files.is_empty(), "no .tf file in {}", path.display());
        let bodies = files.iter().map(|file| parse(file)).collect();
        Self { bodies }
    }

    /// The blocks of a kind: `variable`, `resource`, `output`.
    pub(crate) fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Block> {
        self.bodies
            .iter()
            .flat_map(move |body| body.get_blocks(kind))
    }

    /// The variables, and whether each is required.
    pub(crate) fn variables(&self) -> BTreeMap<String, bool> {
        self.blocks("variable")
            .map(|block| (label(block, 0), !block.body.has_attribute("default")))
            .collect()
    }

    /// What other parts can refer to: `var.NAME`, `TYPE.NAME` of a resource, `module.NAME`.
    pub(crate) fn declared(&self) -> BTreeSet<String> {
        let variables = self.variables().into_keys();
        let variables = variables.map(|name| format!("var.{name}"));
        let resources = self
            .blocks("resource")
            .map(|block| format!("{}.{}", label(block, 0), label(block, 1)));
        let modules = self
            .blocks("module")
            .map(|block| format!("module.{}", label(block, 0)));
        variables.chain(resources).chain(modules).collect()
    }

    /// The references, without the iterators of `dynamic` blocks and the paths of files.
    pub(crate) fn referred(&self) -> BTreeSet<String> {
        let mut references = References::default();
        for body in &self.bodies {
            references.visit_body(body);
        }
        let iterators: BTreeSet<_> = self.iterators();
        let mut found = references.0;
        found.retain(|reference| {
            let (root, _) = reference.split_once('.').unwrap_or((reference, ""));
            root != "path" && !iterators.contains(root)
        });
        found
    }

    /// The one resource of this type.
    #[track_caller]
    pub(crate) fn resource(&self, wanted: &str) -> &Body {
        let mut found = self
            .blocks("resource")
            .filter(|block| label(block, 0) == wanted);
        let (one, more) = (found.next(), found.next());
        assert!(more.is_none(), "more than one {wanted}");
        &one.unwrap_or_else(|| panic!("no {wanted}")).body
    }

    fn iterators(&self) -> BTreeSet<String> {
        let resources = self.blocks("resource");
        resources
            .flat_map(|resource| resource.body.get_blocks("dynamic"))
            .map(|block| label(block, 0))
            .collect()
    }
}

/// A label of a block, counted from 0.
#[track_caller]
pub(crate) fn label(block: &Block, index: usize) -> String {
    block.labels[index].as_str().to_owned()
}

/// The value of an attribute.
#[track_caller]
pub(crate) fn value<'a>(body: &'a Body, key: &str) -> &'a Expression {
    match body.get_attribute(key) {
        Some(attribute) => &attribute.value,
        None => panic!("no `{key}`"),
    }
}

/// The values of an object under their names.
#[track_caller]
pub(crate) fn items(expression: &Expression) -> BTreeMap<String, &Expression> {
    let object = expression.as_object().expect("an object");
    object
        .iter()
        .map(|(key, value)| match key {
            ObjectKey::Ident(name) => (name.as_str().to_owned(), value.expr()),
            ObjectKey::Expression(name) => (name.to_string(), value.expr()),
        })
        .collect()
}

fn parse(file: &Path) -> Body {
    let text = fs::read_to_string(file).unwrap();
    match text.parse() {
        Ok(body) => body,
        Err(error) => panic!("{}: {error}", file.display()),
    }
}

/// The first two names of every path such as `var.log.name`.
#[derive(Default)]
struct References(BTreeSet<String>);

impl Visit for References {
    fn visit_traversal(&mut self, node: &Traversal) {
        let name = node.operators.first().map(Decorated::value);
        if let (Expression::Variable(root), Some(TraversalOperator::GetAttr(name))) =
            (&node.expr, name)
        {
            self.0
                .insert(format!("{}.{}", root.as_str(), name.as_str()));
        }
        visit_traversal(self, node);
    }
}
