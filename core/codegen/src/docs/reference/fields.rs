//! The fields and parameters of a table, with links to the models and enums that they have.

use minijinja::{Value, context};

use crate::case::snake;
use crate::ir::{Api, Field, Kind, Model, Parameter, Role, Union};

/// The page of models and enums that no resource has to itself.
pub(super) const SHARED: &str = "models";

/// Links from one page to the sections of models.
pub(super) struct Links<'a> {
    api: &'a Api,
    page: &'a str,
}

impl<'a> Links<'a> {
    pub(super) fn new(api: &'a Api, page: &'a str) -> Self {
        Self { api, page }
    }

    /// A model, an enum or a union by the name of its schema.
    pub(super) fn to(&self, schema: &str) -> String {
        let model = self.api.models.iter().find(|model| model.name == schema);
        let set = self.api.enums.iter().find(|set| set.name == schema);
        let (name, page) = match (model, set) {
            (Some(model), _) => (&model.names.rust, model.resource.as_deref().unwrap_or(SHARED)),
            (None, Some(set)) => (&set.names.rust, SHARED),
            (None, None) => {
                return format!("[{schema}]({}#{})", self.file(SHARED), schema.to_lowercase());
            }
        };
        format!("[{name}]({}#{})", self.file(page), name.to_lowercase())
    }

    fn file(&self, page: &str) -> String {
        if page == self.page { String::new() } else { format!("{page}.md") }
    }

    fn kind(&self, kind: &Kind, money: bool) -> String {
        match kind {
            Kind::Text => "string".to_owned(),
            Kind::Uri => "URL".to_owned(),
            Kind::Email => "e-mail address".to_owned(),
            Kind::Uuid => "id".to_owned(),
            Kind::Time => "time".to_owned(),
            Kind::Boolean => "boolean".to_owned(),
            Kind::Integer => "integer".to_owned(),
            Kind::Number if money => "amount".to_owned(),
            Kind::Number => "number".to_owned(),
            Kind::Map => "object".to_owned(),
            Kind::Maps => "list of objects".to_owned(),
            Kind::Words => "list of strings".to_owned(),
            Kind::Enum(name) | Kind::Model(name) | Kind::OneOf(name) => self.to(name),
            Kind::Models(name) => format!("list of {}", self.to(name)),
        }
    }

    /// A field of a model, as the server sends it.
    pub(super) fn field(&self, field: &Field) -> Value {
        let kind = self.kind(&field.kind, field.money);
        context! { name => &field.name, kind, required => "", other => "", doc => cell(&field.doc) }
    }

    /// The fields of what a caller sends.
    pub(super) fn body(&self, model: &Model) -> Vec<Value> {
        let fields = model.fields.iter().filter(|field| field.write);
        fields
            .map(|field| {
                let bounds = [
                    field.minimum.as_ref().map(|least| format!("at least {least}")),
                    field.exclusive_minimum.as_ref().map(|least| format!("more than {least}")),
                    field.maximum.as_ref().map(|most| format!("at most {most}")),
                    field.max_length.map(|most| format!("at most {most} characters")),
                ];
                let kind = with_bounds(self.kind(&field.kind, field.money), bounds);
                let required = letters(&field.required);
                context! { name => &field.name, kind, required, other => "", doc => cell(&field.doc) }
            })
            .collect()
    }

    /// A parameter of a query. Python and Rust write it in snake case.
    pub(super) fn parameter(&self, parameter: &Parameter) -> Value {
        let bounds = [
            parameter.minimum.as_ref().map(|least| format!("at least {least}")),
            parameter.maximum.as_ref().map(|most| format!("at most {most}")),
        ];
        let kind = with_bounds(self.kind(&parameter.kind, false), bounds);
        let other = snake(&parameter.name);
        let other = (other != parameter.name).then_some(other);
        context! { name => &parameter.name, other, kind, required => "", doc => cell(&parameter.doc) }
    }

    /// The models of a union, each with the values that name it.
    pub(super) fn union(&self, union: &Union) -> Value {
        let models: Vec<Value> = (union.models.iter())
            .map(|model| {
                let values: Vec<String> =
                    model.values.iter().map(|value| format!("`{value}`")).collect();
                context! { link => self.to(&model.name), values => values.join(", ") }
            })
            .collect();
        let by: Vec<String> = union.by.iter().map(|name| format!("`{name}`")).collect();
        context! { name => &union.name, doc => &union.doc, by => by.join(" or "), models }
    }
}

/// Whether a model is among what a caller sees: not what only pages of lists have.
pub(super) fn is_shown(api: &Api, model: &Model) -> bool {
    let of_list = |list: &Model| {
        list.fields.iter().any(|field| field.kind == Kind::Model(model.name.clone()))
    };
    let in_lists = api.models.iter().filter(|it| it.role == Role::List).any(of_list);
    !in_lists || api.models.iter().filter(|it| it.role != Role::List).any(of_list)
}

fn with_bounds<const N: usize>(kind: String, bounds: [Option<String>; N]) -> String {
    std::iter::once(kind).chain(bounds.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}

/// Letters of generations, as they are listed: `A, E`.
pub(super) fn letters(generations: &str) -> String {
    generations.chars().map(String::from).collect::<Vec<_>>().join(", ")
}

/// A string for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}
