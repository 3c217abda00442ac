use std::path::Path;

use signpost::values::Switch;

use super::line::{Input, Line, Output, Version};

/// The calls of the Fastly CLI that concern one Compute service.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    program: String,
    id: String,
}

/// The calls of the Fastly CLI that concern one Config Store.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    program: String,
    id: String,
}

/// The calls of `signpost smoke` against one address.
#[derive(Clone, Debug)]
pub(crate) struct Smoke {
    pub(crate) program: Vec<String>,
    pub(crate) edge: String,
    pub(crate) arguments: Vec<String>,
}

/// How long `signpost smoke` waits for a change to be seen. Every data centre has a change of a
/// Config Store in about half of it.
const SETTLE: &str = "60s";

impl Service {
    pub(crate) fn new(program: &str, id: &str) -> Self {
        Self {
            program: program.to_owned(),
            id: id.to_owned(),
        }
    }

    /// Its identifier.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Finds the version that is active.
    pub(crate) fn find_active(&self) -> Line {
        self.call(["service", "version", "list"])
            .word("--json")
            .keeping(Output::PreviousVersion)
    }

    /// Makes a version, as a draft, from the previous one.
    pub(crate) fn clone_previous(&self) -> Line {
        self.call(["service", "version", "clone"])
            .version(Version::Previous)
            .word("--json")
            .keeping(Output::NewVersion)
    }

    /// Puts the package into the draft.
    pub(crate) fn upload(&self, package: &Path) -> Line {
        self.call(["compute", "update"])
            .version(Version::New)
            .word(format!("--package={}", package.display()))
    }

    /// Lets Fastly check the draft.
    pub(crate) fn validate_new(&self) -> Line {
        self.call(["service", "version", "validate"])
            .version(Version::New)
    }

    /// Lets the draft serve.
    pub(crate) fn activate_new(&self) -> Line {
        self.call(["service", "version", "activate"])
            .version(Version::New)
    }

    /// Lets that version serve again, if it does not.
    ///
    /// The CLI refuses to activate what is active already.
    pub(crate) fn activate_again(&self, version: Version) -> Line {
        let list = self.call(["service", "version", "list"]).word("--json");
        self.call(["service", "version", "activate"])
            .version(version)
            .unless_active(version, list)
    }

    fn call<const WORDS: usize>(&self, words: [&str; WORDS]) -> Line {
        Line::new([self.program.as_str()].into_iter().chain(words))
            .word(format!("--service-id={}", self.id))
    }
}

impl Store {
    pub(crate) fn new(program: &str, id: &str) -> Self {
        Self {
            program: program.to_owned(),
            id: id.to_owned(),
        }
    }

    /// Its identifier.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Sets the switch.
    pub(crate) fn set_switch(&self, switch: Switch) -> Line {
        self.update("switch").word(format!("--value={switch}"))
    }

    /// Stores a compiled configuration.
    pub(crate) fn store_config(&self, input: Input) -> Line {
        self.update("config").word("--stdin").reading(input)
    }

    /// Reads the configuration that is stored.
    pub(crate) fn find_config(&self) -> Line {
        Line::new([&*self.program, "config-store-entry", "describe"])
            .word(format!("--store-id={}", self.id))
            .word("--key=config")
            .word("--json")
            .keeping(Output::PreviousConfig)
    }

    fn update(&self, key: &str) -> Line {
        Line::new([&*self.program, "config-store-entry", "update", "--upsert"])
            .word(format!("--store-id={}", self.id))
            .word(format!("--key={key}"))
    }
}

impl Smoke {
    /// Attempts the examples of `config` once `switch` is seen to be in force.
    pub(crate) fn at(&self, switch: Switch, config: &Path) -> Line {
        Line::new(&self.program)
            .word("smoke")
            .word("--config")
            .word(config.to_string_lossy())
            .word("--edge")
            .word(&self.edge)
            .word("--switch")
            .word(switch.to_string())
            .word("--settle")
            .word(SETTLE)
            .words_of(&self.arguments)
            .without_token()
    }
}
