//! Reads the OpenAPI document into the IR. Every object is read with
//! `deny_unknown_fields`: an unknown keyword is an error.

mod document;
mod operations;
mod reference;
mod schemas;

use crate::ir::{Api, Server};
use document::Document;

/// Parses the document. The error names the place that is not supported.
pub(crate) fn read(text: &str, version: &str) -> Result<Api, String> {
    let document: Document =
        serde_json::from_str(text).map_err(|e| format!("core/spec/openapi.json: {e}"))?;
    if document.openapi != "3.1.0" {
        return Err(format!("the spec is OpenAPI {}, not 3.1.0", document.openapi));
    }
    let servers = document
        .servers
        .iter()
        .map(|server| Server {
            url: server.url.clone(),
            description: server.description.clone(),
            environment: server.lomi.environment.clone(),
        })
        .collect();
    let (models, enums) = schemas::read(&document.components.schemas)?;
    let operations = operations::read(&document, &models)?;
    Ok(Api { version: version.to_owned(), servers, models, enums, operations })
}
