//! What a scenario is, and reading them from their files.
//!
//! A file holds an array of scenarios under `scenarios`, and under `let` the values
//! that several of them use by name (`"@session"`). A scenario with `cases` is a table:
//! it stands for one scenario per case, in which `{word}` is the case's value `word`.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

/// One stimulus, and everything that has to come of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    /// The ids of the requirements that this one shows.
    pub(crate) groups: Vec<String>,
    /// One sentence.
    pub(crate) why: String,
    /// How the server takes connections.
    #[serde(default)]
    pub(crate) listen: Listen,
    /// Settings of the client; `base` is the path of its base URL.
    #[serde(default)]
    pub(crate) client: Map<String, Value>,
    /// Calls to make first, which have to succeed.
    #[serde(default)]
    pub(crate) before: Vec<Value>,
    /// A rest between those and the call.
    #[serde(default)]
    pub(crate) pause_ms: u64,
    pub(crate) call: Value,
    /// What is asked of the server and what it answers, in order. Nothing else may be asked.
    #[serde(default)]
    pub(crate) serve: Vec<Exchange>,
    pub(crate) outcome: Map<String, Value>,
    pub(crate) within_ms: Option<u64>,
    pub(crate) at_least_ms: Option<u64>,
    /// The most that the runner's memory may grow; such a scenario runs alone.
    pub(crate) grows_mib: Option<u64>,
    /// The bytes of the first request are compared with a file.
    #[serde(default)]
    pub(crate) golden: bool,
    /// The sentences of errors may differ between languages: they name a time, or a
    /// language's own way of writing things.
    #[serde(default)]
    pub(crate) own_words: bool,
    /// The values may differ between languages: Rust has types where others have none.
    #[serde(default)]
    pub(crate) own_values: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Listen {
    #[default]
    Plain,
    /// Nobody listens.
    Closed,
    /// A certificate that the client is told to trust.
    TlsTrusted,
    /// A certificate that nobody vouches for.
    TlsSelfSigned,
    /// A trusted certificate that has expired.
    TlsExpired,
    /// A trusted certificate that is not valid yet.
    TlsTooEarly,
    /// A trusted certificate for another host.
    TlsOtherHost,
    /// The handshake is cut off.
    TlsCutOff,
    /// `https` is asked for and plain HTTP answers.
    TlsNot,
}

impl Listen {
    pub(crate) fn scheme(self) -> &'static str {
        if matches!(self, Self::Plain | Self::Closed) { "http" } else { "https" }
    }
}

impl Scenario {
    /// Whether it depends on how long things take.
    pub(crate) fn is_timed(&self) -> bool {
        let limited = |options: Option<&Value>| {
            let timeouts = ["timeout", "attempt_timeout", "idle_timeout"];
            timeouts.iter().any(|name| options.is_some_and(|given| given.get(*name).is_some()))
        };
        self.within_ms.is_some()
            || self.at_least_ms.is_some()
            || limited(Some(&Value::Object(self.client.clone())))
            || limited(self.call.get("options"))
    }
}

/// One request and its answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exchange {
    #[serde(default)]
    pub(crate) expect: Expect,
    pub(crate) answer: Answer,
    /// The same, so many times.
    #[serde(default = "once")]
    pub(crate) times: usize,
}

fn once() -> usize {
    1
}

/// What a request has to look like. What is not named may be anything.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expect {
    pub(crate) method: Option<String>,
    /// The path as it stands on the wire, without the query.
    pub(crate) path: Option<String>,
    /// All of the query, names and values decoded.
    pub(crate) query: Option<Map<String, Value>>,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    /// The body, value by value and digit by digit.
    pub(crate) json: Option<Value>,
}

/// What the server sends: a well-formed answer, or any steps.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    pub(crate) status: Option<u16>,
    #[serde(default)]
    pub(crate) headers: Map<String, Value>,
    pub(crate) json: Option<Value>,
    /// A list of so many sessions, whose ids go on from request to request.
    pub(crate) rows: Option<usize>,
    /// A text, or parts: texts and `{"repeat": "text", "times": 9}`.
    pub(crate) text: Option<Value>,
    pub(crate) base64: Option<String>,
    /// Compress the body.
    #[serde(default)]
    pub(crate) gzip: bool,
    /// In chunks instead of with a length.
    #[serde(default)]
    pub(crate) chunked: bool,
    /// What happens to the connection afterwards: `close`, `reset` or `hang`.
    pub(crate) then: Option<Step>,
    pub(crate) steps: Option<Vec<Step>>,
}

/// One thing that the server does with the bare connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Send(String),
    SendBase64(String),
    /// The text so many times.
    Repeat {
        text: String,
        times: u64,
    },
    /// Byte by byte.
    Drip {
        text: String,
        every_ms: u64,
    },
    PauseMs(u64),
    /// So many mebibytes of zeros, compressed.
    GzipZerosMib(u64),
    Close,
    Reset,
    /// Says nothing until the client leaves.
    Hang,
}

/// Reads every file of the directory.
pub(crate) fn load(directory: &Path) -> Result<Vec<Scenario>> {
    let mut files: Vec<_> = std::fs::read_dir(directory)
        .with_context(|| format!("{} cannot be read", directory.display()))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let mut scenarios = Vec::new();
    let mut names = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        let at = || format!("in {}", file.display());
        let mut whole: Value = serde_json::from_str(&text).with_context(at)?;
        let shared = match whole.get_mut("let").map(Value::take) {
            Some(Value::Object(shared)) => shared,
            _ => Map::new(),
        };
        let Some(Value::Array(written)) = whole.get_mut("scenarios").map(Value::take) else {
            bail!("{}: there is no list of scenarios", file.display());
        };
        for one in written {
            for value in cases(used(one, &shared).with_context(at)?).with_context(at)? {
                let name = value.get("name").and_then(Value::as_str).unwrap_or("?").to_owned();
                let mut scenario: Scenario = serde_json::from_value(value)
                    .with_context(|| format!("scenario {name} in {}", file.display()))?;
                scenario.serve = scenario
                    .serve
                    .into_iter()
                    .flat_map(|exchange| std::iter::repeat_n(exchange.clone(), exchange.times))
                    .collect();
                if !names.insert(name.clone()) {
                    bail!("two scenarios are called {name}");
                }
                scenarios.push(scenario);
            }
        }
    }
    Ok(scenarios)
}

/// Puts shared values where their names stand.
fn used(value: Value, shared: &Map<String, Value>) -> Result<Value> {
    Ok(match value {
        Value::String(text) => match text.strip_prefix('@') {
            Some(name) if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                match shared.get(name) {
                    Some(value) => used(value.clone(), shared)?,
                    None => bail!("nothing is called {text}"),
                }
            }
            _ => Value::String(text),
        },
        Value::Array(items) => {
            items.into_iter().map(|item| used(item, shared)).collect::<Result<_>>()?
        }
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| Ok((name, used(value, shared)?)))
            .collect::<Result<Map<_, _>>>()?
            .into(),
        other => other,
    })
}

/// One scenario per case of a table.
fn cases(mut scenario: Value) -> Result<Vec<Value>> {
    let cases = scenario.as_object_mut().and_then(|fields| fields.shift_remove("cases"));
    let Some(Value::Array(cases)) = cases else { return Ok(vec![scenario]) };
    cases
        .into_iter()
        .map(|case| {
            let Value::Object(words) = case else { bail!("a case must be an object") };
            let mut one = filled(scenario.clone(), &words);
            let case = words.get("case").and_then(Value::as_str).context("a case has no name")?;
            if let Some(Value::String(name)) = one.get_mut("name") {
                *name = format!("{name}-{case}");
            }
            Ok(one)
        })
        .collect()
}

fn filled(value: Value, words: &Map<String, Value>) -> Value {
    match value {
        Value::String(text) => {
            let whole = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            if let Some(value) = whole.and_then(|name| words.get(name)) {
                return value.clone();
            }
            let mut text = text;
            for (name, value) in words {
                if let Some(value) = value.as_str() {
                    text = text.replace(&format!("{{{name}}}"), value);
                } else if !value.is_object() && !value.is_array() {
                    text = text.replace(&format!("{{{name}}}"), &value.to_string());
                }
            }
            Value::String(text)
        }
        Value::Array(items) => items.into_iter().map(|item| filled(item, words)).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| (name, filled(value, words)));
            // A case may leave something out by giving null for `{...}`-valued members.
            Value::Object(fields.collect())
        }
        other => other,
    }
}
