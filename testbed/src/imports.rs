//! Which file of a crate imports which, read from the source.

mod cycles;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, UseTree};

pub use cycles::{assert_no_cycle, cycles};

/// A file of a crate, without its tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file.
    pub path: PathBuf,
    /// Its module, such as `crate::route::pattern`. A binary beside the library begins with `main`.
    pub module: String,
    /// The modules of the other files that it imports from, such as `crate::route`.
    pub imports: BTreeSet<String>,
}

/// The files below a folder, such as `src`: those of `lib.rs` and those of `main.rs`.
///
/// A path counts wherever it stands: in a `use`, an expression, a type, a macro or an attribute. It is
/// an import if it begins with `crate`, `super`, `self` or a module declared in the same file. Code
/// behind `#[cfg(test)]` does not count.
///
/// # Errors
///
/// If a file cannot be read or parsed, or a declared module has no file.
pub fn files(root: &Path) -> Result<Vec<Source>> {
    let mut read = Vec::new();
    for (file, module) in [("lib.rs", "crate"), ("main.rs", "main")] {
        let path = root.join(file);
        if path.exists() {
            read_file(&path, root, &[module.to_owned()], &mut read)?;
        }
    }
    let modules: BTreeSet<_> = read.iter().map(|file| file.source.module.clone()).collect();
    let sources = read.into_iter().map(|Read { mut source, paths }| {
        source.imports = paths
            .iter()
            .filter_map(|path| file_of(path, &modules))
            .filter(|module| *module != source.module)
            .collect();
        source
    });
    Ok(sources.collect())
}

/// A file, and every path in it that may lead to another.
struct Read {
    source: Source,
    paths: Vec<Vec<String>>,
}

/// Collects paths while it walks through a file.
struct Walk {
    /// The module that is walked through.
    module: Vec<String>,
    /// The modules declared so far, by the module that declares them.
    declared: BTreeSet<Vec<String>>,
    paths: Vec<Vec<String>>,
}

fn read_file(path: &Path, folder: &Path, module: &[String], read: &mut Vec<Read>) -> Result<()> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let file = syn::parse_file(&text).with_context(|| format!("cannot parse {name}"))?;
    let mut walk = Walk {
        module: module.to_vec(),
        declared: BTreeSet::new(),
        paths: Vec::new(),
    };
    walk.declare(&file.items);
    walk.visit_file(&file);
    read.push(Read {
        source: Source {
            path: path.to_owned(),
            module: module.join("::"),
            imports: BTreeSet::new(),
        },
        paths: walk.paths,
    });
    read_children(&file.items, folder, module, read)
}

fn read_children(
    items: &[Item],
    folder: &Path,
    module: &[String],
    read: &mut Vec<Read>,
) -> Result<()> {
    for item in items {
        let Item::Mod(child) = item else { continue };
        if is_test(&child.attrs) {
            continue;
        }
        let name = child.ident.to_string();
        let inner = folder.join(&name);
        let mut module = module.to_vec();
        module.push(name);
        if let Some((_, items)) = &child.content {
            read_children(items, &inner, &module, read)?;
            continue;
        }
        let beside = inner.with_extension("rs");
        let path = if beside.exists() {
            beside
        } else {
            inner.join("mod.rs")
        };
        read_file(&path, &inner, &module, read)?;
    }
    Ok(())
}

/// The module of the file that a path leads to.
fn file_of(path: &[String], modules: &BTreeSet<String>) -> Option<String> {
    (1..=path.len())
        .rev()
        .map(|length| path[..length].join("::"))
        .find(|module| modules.contains(module))
}

impl Walk {
    fn declare(&mut self, items: &[Item]) {
        for item in items {
            if let Item::Mod(child) = item {
                self.declared.insert(self.child(&child.ident.to_string()));
            }
        }
    }

    fn child(&self, name: &str) -> Vec<String> {
        let mut child = self.module.clone();
        child.push(name.to_owned());
        child
    }

    /// Notes a path, if it leads into the crate.
    fn note(&mut self, path: &[String]) {
        // `self` alone is a value, and `crate` alone is a visibility.
        let [first, rest @ ..] = path else { return };
        if rest.is_empty() {
            return;
        }
        let mut absolute = match first.as_str() {
            "crate" => vec![self.module[0].clone()],
            "self" | "super" => self.module.clone(),
            name if self.declared.contains(&self.child(name)) => self.child(name),
            _ => return,
        };
        if first == "super" {
            absolute.pop();
        }
        let ups = rest.iter().take_while(|name| *name == "super").count();
        absolute.truncate(absolute.len().saturating_sub(ups));
        absolute.extend_from_slice(&rest[ups..]);
        self.paths.push(absolute);
    }

    fn note_tree(&mut self, before: &[String], tree: &UseTree) {
        let with = |name: &dyn ToString| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.note_tree(&with(&path.ident), &path.tree),
            UseTree::Name(name) => self.note(&with(&name.ident)),
            UseTree::Rename(name) => self.note(&with(&name.ident)),
            UseTree::Glob(_) => self.note(&with(&"*")),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.note_tree(before, tree);
                }
            }
        }
    }

    /// Notes the paths among tokens that are not parsed: a macro's or an attribute's.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.note(&std::mem::take(&mut path));
                    }
                    path.push(ident.to_string());
                }
                TokenTree::Group(group) => {
                    self.note(&std::mem::take(&mut path));
                    self.note_tokens(group.stream());
                }
                TokenTree::Literal(literal) => {
                    self.note(&std::mem::take(&mut path));
                    // Serde takes paths in strings.
                    let text = literal.to_string();
                    if text.starts_with("\"crate::") || text.starts_with("\"super::") {
                        let path: Vec<_> = text.trim_matches('"').split("::").collect();
                        self.note(&path.iter().map(ToString::to_string).collect::<Vec<_>>());
                    }
                }
                TokenTree::Punct(_) => self.note(&std::mem::take(&mut path)),
            }
            colons = 0;
        }
        self.note(&path);
    }
}

impl<'ast> Visit<'ast> for Walk {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_test(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let Some((_, items)) = &module.content else {
            return;
        };
        self.module.push(module.ident.to_string());
        self.declare(items);
        visit::visit_item_mod(self, module);
        self.module.pop();
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        if import.leading_colon.is_none() {
            self.note_tree(&[], &import.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.note(&names.collect::<Vec<_>>());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        self.note_tokens(called.tokens.clone());
        visit::visit_macro(self, called);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.note_tokens(list.tokens.clone());
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|condition| condition == "test")
    })
}

#[cfg(test)]
mod tests;
