//! Kotlin, for the JVM: the models, requests, enums and resources of the jar, and its `pom.xml`.

mod calls;
mod names;

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};

use crate::ir::{Api, Field, Kind, Model, Operation, Parameter, Resource, Returns, Role, Union};
use crate::outputs::Outputs;
use crate::template::{attribute, render as render_template, wrap};
use names::{Names, property};

const FOLDER: &str = "bindings-uniffi/kotlin";
const PACKAGE: &str = "src/main/kotlin/africa/lomi";
/// The longest line.
const WIDTH: usize = 110;

pub(super) fn render(
    templates: &Environment<'_>,
    api: &Api,
    outputs: &mut Outputs,
) -> Result<(), String> {
    let names = Names::new(api);
    let whole = &Value::from(Serde(api));
    let mut write = |path: &str, template: &str, words: Value| {
        let text = render_template(templates, &format!("kotlin/{template}.j2"), words)?;
        outputs.add(format!("{FOLDER}/{path}"), text)
    };
    write("pom.xml", "pom.xml", context! { api => whole })?;
    let models: Vec<&Model> = api.models.iter().filter(|m| m.role != Role::List).collect();
    let tables = context! {
        api => whole,
        models => models.iter().enumerate().map(|(at, model)| table_row(&names, at, model)).collect::<Vec<_>>(),
        ids => wrapped(&api.operations.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), "        "),
    };
    write(&format!("{PACKAGE}/internal/Tables.kt"), "Tables.kt", tables.clone())?;
    write(&format!("{PACKAGE}/internal/Models.kt"), "Models.kt", tables)?;
    for model in models.iter().filter(|model| model.role == Role::Response) {
        let fields = model.fields.iter().enumerate().filter(|(_, field)| field.read);
        let fields: Vec<_> = fields.map(|(at, field)| view(&names, field, at)).collect();
        let words = context! {
            name => &model.names.node, doc => &model.doc, fields,
            outcomes => outcomes_of(api, &names, model), unions => unions_of(api, model),
            pays => api.operations.iter().any(|it| pays(it) && names.of_returned(it) == model.names.node),
            asks => model.name == "ConfirmationRequired", owes => model.name == "PaymentRequired",
        };
        write(&format!("{PACKAGE}/models/{}.kt", model.names.node), "Model.kt", words)?;
    }
    for (operation, outcome) in outcomes(api, &names) {
        let words = context! {
            outcome => outcome.clone(), model => names.of_returned(operation),
            pays => pays(operation),
        };
        write(&format!("{PACKAGE}/models/{outcome}.kt"), "Outcome.kt", words)?;
    }
    for union in &api.unions {
        write(
            &format!("{PACKAGE}/models/{}.kt", union.name),
            "Union.kt",
            context! { union => Value::from(Serde(union)), models => members(&models, &names, union) },
        )?;
    }
    for set in &api.enums {
        write(
            &format!("{PACKAGE}/models/{}.kt", set.names.node),
            "Enum.kt",
            context! { set => Value::from(Serde(set)) },
        )?;
    }
    for request in requests(api, &names) {
        let name = request.name.clone();
        write(&format!("{PACKAGE}/models/{name}.kt"), "Request.kt", request.words())?;
    }
    for resource in &api.resources {
        let own = api.operations.iter().filter(|operation| operation.resource == resource.name);
        let operations: Vec<_> = own.map(|operation| calls::words(&names, operation)).collect();
        let imports_models = uses_models(api, resource);
        let words =
            context! { resource => Value::from(Serde(resource)), operations, imports_models };
        let studly = &resource.studly;
        write(&format!("{PACKAGE}/resources/{studly}.kt"), "Resource.kt", words.clone())?;
        write(&format!("{PACKAGE}/coroutines/{studly}.kt"), "Coroutines.kt", words)?;
    }
    write(&format!("{PACKAGE}/Resources.kt"), "Resources.kt", context! { api => whole })
}

/// What a page of the reference says of an operation: its name, arguments and result.
pub(crate) fn call(api: &Api, operation: &Operation) -> Value {
    calls::words(&Names::new(api), operation)
}

pub(super) fn add_filters(templates: &mut Environment<'_>, _: &Api) {
    templates.add_filter("kdoc", kdoc);
    templates.add_filter("kt_constant", |word: &str| word.to_uppercase().replace(['-', '.'], "_"));
}

/// A field of a response: its type and the look-up of its value.
fn view(names: &Names, field: &Field, at: usize) -> Value {
    let of = |schema: &str| names.of(schema);
    let (of_type, look_up) = match &field.kind {
        Kind::Boolean => ("Boolean".into(), format!("row.boolean({at})")),
        Kind::Integer => ("Long".into(), format!("row.long({at})")),
        Kind::Number if field.money => ("Long".into(), format!("row.long({at})")),
        Kind::Number => ("BigDecimal".into(), format!("row.number({at})")),
        Kind::Time => ("Instant".into(), format!("row.time({at})")),
        Kind::Map => ("Map<String, Any?>".into(), format!("row.map({at})")),
        Kind::Maps => ("List<Map<String, Any?>>".into(), format!("row.maps({at})")),
        Kind::Words => ("List<String>".into(), format!("row.words({at})")),
        Kind::Enum(set) => (of(set), format!("row.text({at})?.let({}::of)", of(set))),
        Kind::Model(model) => (of(model), format!("row.one({at}, ::{})", of(model))),
        Kind::Models(model) => {
            (format!("List<{}>", of(model)), format!("row.many({at}, ::{})", of(model)))
        }
        Kind::OneOf(union) => (union.clone(), format!("read{union}(row, {at})")),
        Kind::Text | Kind::Uri | Kind::Email | Kind::Uuid => {
            ("String".into(), format!("row.text({at})"))
        }
    };
    context! { name => property(&field.name), doc => &field.doc, type => of_type, look_up }
}

/// A model's line in the table that finds its class and the names of its fields.
fn table_row(names: &Names, number: usize, model: &Model) -> Value {
    let fields: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
    context! {
        number,
        name => names.of(&model.name),
        asks => model.name == "ConfirmationRequired",
        is_response => model.role == Role::Response,
        fields => wrapped(&fields, "            "),
    }
}

/// Words on lines that are not too long: strings that are joined.
fn wrapped(words: &[&str], indent: &str) -> String {
    wrap(&words.join(" "), WIDTH - 20, "").replace('\n', &format!(" \" +\n{indent}\""))
}

/// Parts on lines that are not too long.
fn joined(parts: impl Iterator<Item = String>, between: &str, indent: &str) -> String {
    // A space within a part is no place to break a line.
    let parts: Vec<String> = parts.map(|part| part.replace(' ', "\u{1}")).collect();
    let text = parts.join(&format!("{between} "));
    wrap(&text, WIDTH - indent.len(), indent).replace('\u{1}', " ")
}

/// The operations whose result is not always the object, with the name of that result.
fn outcomes<'a>(api: &'a Api, names: &Names) -> Vec<(&'a Operation, String)> {
    let mut seen = BTreeMap::new();
    for operation in api.operations.iter().filter(|it| !it.alternatives.is_empty()) {
        seen.entry(format!("{}Outcome", names.of_returned(operation))).or_insert(operation);
    }
    seen.into_iter().map(|(outcome, operation)| (operation, outcome)).collect()
}

/// Whether the customer may have to pay first.
fn pays(operation: &Operation) -> bool {
    operation.alternatives.iter().any(|name| name == "PaymentRequired")
}

/// The results that a model may be, besides its own.
fn outcomes_of(api: &Api, names: &Names, model: &Model) -> Vec<String> {
    let is_one = |operation: &Operation| {
        matches!(&operation.returns, Returns::One(of) if *of == model.name)
            || (model.name == "PaymentRequired" && operation.alternatives.contains(&model.name))
    };
    let of = outcomes(api, names).into_iter();
    of.filter(|(operation, _)| is_one(operation)).map(|(_, outcome)| outcome).collect()
}

/// The models of a union with their numbers.
fn members(models: &[&Model], names: &Names, union: &Union) -> Vec<Value> {
    let numbered = models.iter().enumerate();
    let own = numbered.filter(|(_, model)| union.models.iter().any(|it| it.name == model.name));
    own.map(|(number, model)| context! { number, name => names.of(&model.name) }).collect()
}

/// The unions that a model belongs to.
fn unions_of(api: &Api, model: &Model) -> Vec<String> {
    let has = api.unions.iter().filter(|union| union.models.iter().any(|it| it.name == model.name));
    has.map(|union| union.name.clone()).collect()
}

/// A class that callers fill: a body or the parameters of a query.
struct Request {
    name: String,
    doc: String,
    /// The class with the fields, if another request has the same ones.
    fields_of: Option<String>,
    /// Whether that class stands in this file.
    declares: bool,
    setters: Vec<Value>,
}

impl Request {
    /// The fields as named arguments.
    fn named(&self) -> String {
        let of =
            |it: &Value| format!("{}: {}? = null", attribute(it, "name"), attribute(it, "type"));
        joined(self.setters.iter().map(of), ",", "            ")
    }

    /// The calls that take those arguments.
    fn presents(&self) -> String {
        let of = |it: &Value| {
            format!(".present(\"{}\", {})", attribute(it, "wire"), attribute(it, "name"))
        };
        joined(self.setters.iter().map(of), "", "            ").replace(") .", ").")
    }

    /// A field to show.
    fn example(&self) -> String {
        self.setters.first().map(|it| attribute(it, "name")).unwrap_or_default()
    }

    fn words(self) -> Value {
        let needs_money = self
            .setters
            .iter()
            .any(|it| it.get_attr("others").is_ok_and(|it| it.to_string().contains("Money")));
        let needs_money = needs_money && (self.declares || self.fields_of.is_none());
        context! {
            named => self.named(), presents => self.presents(), example => self.example(),
            needs_money, name => self.name, doc => self.doc, fields_of => self.fields_of,
            declares => self.declares, setters => self.setters,
        }
    }
}

fn requests(api: &Api, names: &Names) -> Vec<Request> {
    let bodies: Vec<&Model> = api.models.iter().filter(|m| m.role == Role::Request).collect();
    let same = |a: &Model, b: &Model| {
        a.fields.len() == b.fields.len()
            && a.fields
                .iter()
                .zip(&b.fields)
                .all(|(a, b)| a.name == b.name && a.kind == b.kind && a.write == b.write)
    };
    let mut all: Vec<Request> = bodies
        .iter()
        .map(|model| {
            let alike: Vec<_> = bodies
                .iter()
                .filter(|other| model.of.is_some() && other.of == model.of && same(model, other))
                .collect();
            let shares = alike.len() > 1;
            Request {
                name: names.of(&model.name),
                doc: model.doc.clone(),
                fields_of: shares.then(|| {
                    format!("{}Fields", names.of(model.of.as_deref().unwrap_or_default()))
                }),
                declares: alike.first().is_none_or(|first| first.name == model.name),
                setters: model
                    .fields
                    .iter()
                    .filter(|field| field.write)
                    .map(|field| setter(names, &field.name, &field.doc, &field.kind, field.money))
                    .collect(),
            }
        })
        .collect();
    for operation in &api.operations {
        let Some(name) = &operation.params else { continue };
        let of = |p: &Parameter| setter(names, &p.name, &p.doc, &p.kind, false);
        all.push(Request {
            name: name.clone(),
            doc: format!(
                "The parameters of the query of \"{}\". All of them are optional.",
                operation.summary
            ),
            fields_of: None,
            declares: false,
            setters: operation.query_parameters.iter().map(of).collect(),
        });
    }
    all
}

/// A field that a caller sets: its type, and the other types that its method takes.
fn setter(names: &Names, name: &str, doc: &str, kind: &Kind, money: bool) -> Value {
    let of = |schema: &str| names.of(schema);
    let (of_type, others): (String, Vec<&str>) = match kind {
        Kind::Boolean => ("Boolean".into(), vec![]),
        Kind::Number if money => ("Long".into(), vec!["Long", "Money"]),
        Kind::Integer => ("Long".into(), vec!["Long"]),
        Kind::Number => ("BigDecimal".into(), vec!["Long"]),
        Kind::Time => ("Instant".into(), vec!["String"]),
        Kind::Map => ("Map<String, Any?>".into(), vec![]),
        Kind::Maps => ("List<Map<String, Any?>>".into(), vec![]),
        Kind::Words => ("List<String>".into(), vec![]),
        Kind::Enum(set) => (of(set), vec!["String"]),
        Kind::Model(model) => (request_type(&of(model)), vec![]),
        Kind::Models(model) => (format!("List<{}>", request_type(&of(model))), vec![]),
        Kind::OneOf(_) => ("Map<String, Any?>".into(), vec![]),
        Kind::Text | Kind::Uri | Kind::Email | Kind::Uuid => ("String".into(), vec![]),
    };
    context! { wire => name, name => property(name), doc, type => of_type, others }
}

fn request_type(name: &str) -> String {
    name.to_owned()
}

/// Whether a method of a resource takes or returns a class of the package `models`.
fn uses_models(api: &Api, resource: &Resource) -> bool {
    api.operations.iter().filter(|operation| operation.resource == resource.name).any(|operation| {
        operation.body.is_some()
            || operation.params.is_some()
            || matches!(operation.returns, Returns::One(_) | Returns::Page(_))
    })
}

/// A comment of KDoc: on one line where it fits.
fn kdoc(doc: &str, indent: usize) -> String {
    let said = [" Every field may be null or missing.", " May be null.", " May be missing."];
    let doc = said.iter().fold(doc.to_owned(), |text, sentence| text.replace(sentence, ""));
    let doc = generations(&doc.replace("*/", "* /").replace("/*", "/ *"));
    let space = " ".repeat(indent);
    if indent + doc.chars().count() + 7 <= WIDTH {
        return format!("{space}/** {doc} */");
    }
    let wrapped = wrap(&doc, WIDTH - 3 - indent, &format!("{space} * "));
    format!("{space}/**\n{space} * {wrapped}\n{space} */")
}

/// `(API BE)` for `(API generations B and E.)`; `Model` says what it means.
fn generations(doc: &str) -> String {
    let Some((text, letters)) = doc.rsplit_once(" (API generation") else { return doc.to_owned() };
    let letters: String = letters.chars().filter(char::is_ascii_uppercase).collect();
    format!("{text} (API {letters})")
}
