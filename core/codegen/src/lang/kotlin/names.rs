//! The names of classes and properties.

use std::collections::BTreeMap;

use crate::case::camel;
use crate::ir::{Api, Operation, Returns};

/// Words that cannot be the name of a property without backticks.
const KEYWORDS: &[&str] =
    &["object", "in", "is", "as", "fun", "val", "var", "when", "class", "interface"];

/// The names of the classes by their schemas.
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) fn new(api: &Api) -> Self {
        let models = api.models.iter().map(|model| (&model.name, &model.names.node));
        let enums = api.enums.iter().map(|set| (&set.name, &set.names.node));
        Self(models.chain(enums).map(|(name, node)| (name.clone(), node.clone())).collect())
    }

    pub(super) fn of(&self, schema: &str) -> String {
        self.0.get(schema).cloned().unwrap_or_else(|| schema.to_owned())
    }

    pub(super) fn of_returned(&self, operation: &Operation) -> String {
        match &operation.returns {
            Returns::One(model) | Returns::Page(model) => self.of(model),
            Returns::Any => "Any?".to_owned(),
            Returns::Nothing => "Unit".to_owned(),
        }
    }
}

/// The name of a field as a property.
pub(super) fn property(name: &str) -> String {
    let name = camel(name);
    if KEYWORDS.contains(&name.as_str()) { format!("`{name}`") } else { name }
}
