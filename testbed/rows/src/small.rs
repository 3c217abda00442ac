use std::collections::BTreeSet;
use std::fmt;

/// A small configuration in the making, written as TOML.
///
/// It has the hosts of its bases in `allowed_hosts`, and the backend `origin`.
#[derive(Clone, Debug)]
pub struct SmallConfig {
    lines: String,
    targets: Vec<Target>,
    routes: Vec<Route>,
}

#[derive(Clone, Debug)]
struct Target {
    name: String,
    base: String,
    lines: String,
}

#[derive(Clone, Debug)]
struct Route {
    lines: String,
    targets: Vec<(String, u16)>,
    examples: Vec<(String, String)>,
}

impl SmallConfig {
    /// Nothing but these lines before the first table.
    pub fn new(lines: &str) -> Self {
        Self {
            lines: lines.to_owned(),
            targets: Vec::new(),
            routes: Vec::new(),
        }
    }

    /// Adds a target, with more lines in its table.
    #[must_use]
    pub fn target(mut self, name: &str, base: &str, lines: &str) -> Self {
        self.targets.push(Target {
            name: name.to_owned(),
            base: base.to_owned(),
            lines: lines.to_owned(),
        });
        self
    }

    /// Adds a route with all targets that are there by now, each with the weight 1.
    #[must_use]
    pub fn route(mut self, name: &str, path: &str, location: &str) -> Self {
        let targets = self.targets.iter();
        self.routes.push(Route {
            lines: format!("name = {name:?}\npath = {path:?}\nlocation = {location:?}\n"),
            targets: targets.map(|target| (target.name.clone(), 1)).collect(),
            examples: Vec::new(),
        });
        self
    }

    /// Gives the last route these targets with their weights instead.
    #[must_use]
    #[track_caller]
    pub fn at(mut self, targets: &[(&str, u16)]) -> Self {
        let targets = targets.iter();
        self.last().targets = targets
            .map(|&(name, weight)| (name.to_owned(), weight))
            .collect();
        self
    }

    /// Adds lines to the last route.
    #[must_use]
    #[track_caller]
    pub fn with(mut self, lines: &str) -> Self {
        let route = self.last();
        route.lines = format!("{}{lines}\n", route.lines);
        self
    }

    /// Adds an example to the last route, at each of its targets: a request, and where it leads below
    /// the target's base.
    #[must_use]
    #[track_caller]
    pub fn example(mut self, request: &str, below_base: &str) -> Self {
        let example = (request.to_owned(), below_base.to_owned());
        self.last().examples.push(example);
        self
    }

    #[track_caller]
    fn last(&mut self) -> &mut Route {
        self.routes.last_mut().expect("a route")
    }

    fn write(&self, route: &Route, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "\n[[routes]]\n{}", route.lines)?;
        if let [(only, 1)] = &route.targets[..] {
            writeln!(formatter, "target = {only:?}")?;
        } else {
            let weighted = |(name, weight): &(String, u16)| {
                format!("{{ name = {name:?}, weight = {weight} }}")
            };
            let targets: Vec<_> = route.targets.iter().map(weighted).collect();
            writeln!(formatter, "targets = [{}]", targets.join(", "))?;
        }
        for (request, below_base) in &route.examples {
            for (name, _) in &route.targets {
                let target = self.targets.iter().find(|target| target.name == *name);
                let location = format!("{}{below_base}", target.expect(name).url());
                write!(
                    formatter,
                    "[[routes.examples]]\nrequest = {request:?}\ntarget = {name:?}\nlocation = {location:?}\n"
                )?;
            }
        }
        Ok(())
    }
}

impl Target {
    /// Its base with a scheme, and without slashes at its end.
    fn url(&self) -> String {
        let base = self.base.trim_end_matches('/');
        if base.contains("://") {
            base.to_owned()
        } else {
            format!("https://{base}")
        }
    }

    fn host(&self) -> String {
        let url = self.url();
        let (_, rest) = url.split_once("://").expect("a scheme");
        let authority = rest.split('/').next().unwrap_or(rest);
        let host = match authority.split_once(']') {
            Some((address, _)) => return format!("{address}]"),
            None => authority.split(':').next(),
        };
        host.unwrap_or(authority).to_owned()
    }
}

impl fmt::Display for SmallConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hosts: BTreeSet<_> = self.targets.iter().map(Target::host).collect();
        let hosts = Vec::from_iter(hosts);
        let lines = &self.lines;
        writeln!(formatter, "allowed_hosts = {hosts:?}")?;
        writeln!(formatter, "origin.backends = [\"origin\"]\n{lines}")?;
        for Target { name, base, lines } in &self.targets {
            writeln!(formatter, "\n[targets.{name}]\nbase = {base:?}\n{lines}")?;
        }
        self.routes
            .iter()
            .try_for_each(|route| self.write(route, formatter))
    }
}
