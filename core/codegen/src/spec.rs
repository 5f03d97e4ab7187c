//! Reads the OpenAPI document into the IR. Every object is read with
//! `deny_unknown_fields`: a keyword this reader does not understand stops it.

mod document;
mod operations;
mod schemas;

use crate::ir::{Api, Server};
use document::Document;

/// The API as templates see it. The error says where the document is not understood.
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

/// The schema that a local reference names.
fn referred(reference: &str) -> Result<&str, String> {
    reference.strip_prefix("#/components/schemas/").ok_or_else(|| {
        format!("the reference {reference:?} does not point into components/schemas")
    })
}
