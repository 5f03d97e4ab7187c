//! The classes of earlier generated clients.

use serde::Deserialize;

use super::document::Ordered;
use crate::ir::{EarlierClass, EarlierOperation, Operation};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[allow(dead_code)] // for readers
    about: String,
    classes: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    class: String,
    module: Option<String>,
    list: Option<String>,
    /// The documented name of each method's operation.
    operations: Ordered,
}

pub(super) fn read(text: &str, known: &[Operation]) -> Result<Vec<EarlierClass>, String> {
    let at = |problem: String| format!("core/spec/earlier_classes.json: {problem}");
    let file: File = serde_json::from_str(text).map_err(|e| at(e.to_string()))?;
    let mut classes = Vec::new();
    for entry in file.classes {
        let mut operations = Vec::new();
        for (name, id) in entry.operations {
            let id = id.as_str().unwrap_or_default().to_owned();
            if !known.iter().any(|operation| operation.id == id) {
                return Err(at(format!("{}.{name}: there is no operation {id}", entry.class)));
            }
            operations.push(EarlierOperation { name, id });
        }
        let (class, module, list) = (entry.class, entry.module, entry.list);
        classes.push(EarlierClass { class, module, list, operations });
    }
    Ok(classes)
}
