//! Reads the OpenAPI document and the files of the resources into the IR. Every object is read
//! with `deny_unknown_fields`: an unknown keyword is an error.

mod document;
mod earlier;
mod find;
mod operations;
mod reference;
mod schemas;
mod unions;

use crate::case::{camel, studly};
use crate::ir::{Api, DocumentedClass, Resource, Server};
use document::{Document, Ordered, ResourceFile};

/// Parses the document, the files of the resources (file name, text) and the classes of earlier
/// clients. The error names the place that is not supported.
pub(crate) fn read(
    text: &str,
    files: &[(String, String)],
    earlier: &str,
    version: &str,
) -> Result<Api, String> {
    let document: Document =
        serde_json::from_str(text).map_err(|e| format!("core/spec/openapi.json: {e}"))?;
    if document.openapi != "3.1.0" {
        return Err(format!("the spec is OpenAPI {}, not 3.1.0", document.openapi));
    }
    if !document.paths.is_empty() {
        return Err("core/spec/openapi.json: paths belong into the files of the resources".into());
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
    let mut parsed = Vec::new();
    for (name, text) in files {
        let file: ResourceFile =
            serde_json::from_str(text).map_err(|e| format!("core/spec/resources/{name}: {e}"))?;
        if *name != format!("{}.json", file.resource) {
            return Err(format!("core/spec/resources/{name} describes {}", file.resource));
        }
        parsed.push(file);
    }
    let mut schemas: Ordered = Ordered::new();
    let all = parsed.iter().map(|file| &file.schemas).chain([&document.components.schemas]);
    for (name, schema) in all.flatten() {
        if schemas.insert(name.clone(), schema.clone()).is_some() {
            return Err(format!("the schema {name} is described twice"));
        }
    }
    let (mut models, enums) = schemas::read(&schemas)?;
    for model in &mut models {
        let describes = |file: &&ResourceFile| file.schemas.contains_key(&model.name);
        model.resource = parsed.iter().find(describes).map(|file| file.resource.clone());
    }
    let unions = unions::read(&schemas, &models, &enums)?;
    let mut resources = Vec::new();
    let mut operations = Vec::new();
    for file in &parsed {
        let read = operations::read(&file.resource, (&file.paths, &file.schemas), &models)
            .map_err(|problem| format!("core/spec/resources/{}.json: {problem}", file.resource))?;
        operations.extend(read);
        resources.push(Resource {
            name: file.resource.clone(),
            camel: camel(&file.resource),
            studly: studly(&file.resource),
            words: file.resource.replace('_', " "),
            documented: file.documented.as_ref().map(|documented| DocumentedClass {
                class: documented.class.clone(),
                module: documented.module.clone(),
            }),
        });
    }
    find::check(&operations, &models)?;
    let earlier_classes = earlier::read(earlier, &operations)?;
    let version = version.to_owned();
    let digest = crate::ir::digest(&operations, &models);
    Ok(Api {
        version,
        digest,
        servers,
        models,
        enums,
        unions,
        resources,
        earlier_classes,
        operations,
    })
}
