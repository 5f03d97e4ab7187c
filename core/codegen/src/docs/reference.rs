//! `docs/reference`: a page for each resource, with its methods in each language and its models; the
//! models that resources share; and an index.

mod facts;
mod fields;
mod signature;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::ir::{Api, Model, Operation, Resource, Returns, Role};
use crate::lang::kotlin;
use crate::outputs::Outputs;
use crate::template;
use fields::{Links, SHARED};

const FOLDER: &str = "docs/reference";

pub(crate) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let mut templates = templates.clone();
    templates.add_filter("signature", signature::fit);
    let mut write = |page: &str, template: &str, words: Value| {
        let name = format!("docs/reference/{template}.md.j2");
        let text = template::render(&templates, &name, words)?;
        outputs.add(format!("{FOLDER}/{page}.md"), without_gaps(&text))
    };
    let mut rows = Vec::new();
    for resource in &api.resources {
        let operations: Vec<&Operation> =
            api.operations.iter().filter(|o| o.resource == resource.name).collect();
        let models = models_of(api, Some(&resource.name));
        check_anchors(&resource.name, &operations, &models)?;
        let links = Links::new(api, &resource.name);
        let methods: Vec<Value> =
            operations.iter().map(|one| method(api, one, &operations, &links)).collect();
        rows.push(context! { title => title(resource), operations => Value::from(Serde(&operations)), ..Value::from(Serde(resource)) });
        let words = context! {
            r => Value::from(Serde(resource)), title => title(resource), methods,
            of => object_of(resource, &operations),
            models => models.iter().map(|one| model(one, &links)).collect::<Vec<_>>(),
        };
        write(&resource.name, "resource", words)?;
    }
    let links = Links::new(api, SHARED);
    let shared = models_of(api, None);
    let words = context! {
        models => shared.iter().map(|one| model(one, &links)).collect::<Vec<_>>(),
        enums => Value::from(Serde(&api.enums)),
        unions => api.unions.iter().map(|one| links.union(one)).collect::<Vec<_>>(),
    };
    write(SHARED, "models", words)?;
    let words = context! {
        resources => rows, operations => api.operations.len(),
        earlier => facts::earlier_classes(api),
    };
    write("index", "index", words.clone())?;
    write("classes", "classes", words)
}

/// At most one blank line in a row, and none at the end.
fn without_gaps(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for line in text.lines() {
        if !(line.is_empty() && result.ends_with("\n\n")) {
            result.push_str(line);
            result.push('\n');
        }
    }
    format!("{}\n", result.trim_end())
}

/// Abbreviations and names within a title.
const SPELLED: &[(&str, &str)] =
    &[("api", "API"), ("spi", "SPI"), ("qr", "QR"), ("whatsapp", "WhatsApp")];

/// The name of a resource as a title: `Checkout sessions`.
fn title(resource: &Resource) -> String {
    let spelled = |word: &str| {
        let found = SPELLED.iter().find(|(known, _)| *known == word);
        found.map_or_else(|| word.to_owned(), |(_, spelling)| (*spelling).to_owned())
    };
    let words: Vec<String> = resource.words.split(' ').map(spelled).collect();
    let text = words.join(" ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The models that have a section on a page: what the server sends. What callers send is shown with
/// the method, and a page of a list is described once.
fn models_of<'a>(api: &'a Api, resource: Option<&str>) -> Vec<&'a Model> {
    let here =
        |model: &&Model| model.resource.as_deref() == resource && model.role == Role::Response;
    api.models.iter().filter(here).filter(|model| fields::is_shown(api, model)).collect()
}

/// Two headings of a page must not have the same anchor.
fn check_anchors(page: &str, operations: &[&Operation], models: &[&Model]) -> Result<(), String> {
    let methods = operations.iter().flat_map(|o| {
        [Some(o.verb.clone()), o.wait.as_ref().map(|wait| wait.verb.clone())].into_iter().flatten()
    });
    let mut anchors: Vec<String> =
        methods.chain(models.iter().map(|model| model.names.rust.to_lowercase())).collect();
    anchors.extend(["models".to_owned(), "methods".to_owned()]);
    anchors.sort_unstable();
    match anchors.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => Err(format!("{FOLDER}/{page}.md has two headings {pair:?}")),
        None => Ok(()),
    }
}

/// The object of a resource, as the templates of Python name it.
fn object_of<'a>(resource: &'a Resource, operations: &[&'a Operation]) -> &'a str {
    let of = operations.iter().find_map(|o| match &o.returns {
        Returns::One(name) => Some(name.as_str()),
        _ => None,
    });
    of.unwrap_or(&resource.studly)
}

fn method(api: &Api, operation: &Operation, all: &[&Operation], links: &Links<'_>) -> Value {
    let body = operation
        .body
        .as_ref()
        .and_then(|body| api.models.iter().find(|model| model.name == body.model));
    let query = operation.query_parameters.iter().map(|p| links.parameter(p));
    context! {
        o => Value::from(Serde(operation)),
        kotlin => kotlin::call(api, operation),
        routes => facts::routes(operation),
        returned => facts::returned(operation, links),
        repeated => facts::repeated(operation),
        found => facts::found(api, operation),
        documented => facts::documented(api, operation),
        typescript => facts::typescript(operation),
        errors => operation.statuses.iter().copied().filter(|s| *s >= 400).collect::<Vec<_>>(),
        query => query.collect::<Vec<_>>(),
        body => body.map(|body| links.body(body)),
        body_model => body.map(|body| Value::from(Serde(&body.names))),
        body_as => body.and_then(|body| facts::same_body(api, operation, body, all)),
    }
}

fn model(model: &Model, links: &Links<'_>) -> Value {
    let fields = model.fields.iter().filter(|field| field.read);
    context! {
        names => Value::from(Serde(&model.names)), doc => model.doc.as_str(), id => model.id.as_ref(),
        documented => model.names.python != model.names.rust,
        fields => fields.map(|field| links.field(field)).collect::<Vec<_>>(),
    }
}
