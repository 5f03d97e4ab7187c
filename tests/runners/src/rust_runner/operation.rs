//! Any operation of the table.

use lomi::binding::{Content, OPERATIONS, Target, read_values};
use lomi::{CallOptions, Client, Error, Input, Map, Value, json};

use super::plan::{Plan, exact};

/// The result of any operation, and its class; of a list, its rows and theirs.
pub(super) async fn play(
    client: &Client,
    asked: &Plan,
    options: CallOptions,
    result: &mut Map<String, Value>,
) -> Result<(), Error> {
    let (on, verb) = (asked.text("on").unwrap_or_default(), asked.text("verb").unwrap_or_default());
    let found = OPERATIONS.iter().find(|o| o.resource == on && o.verb == verb);
    let operation = found.ok_or_else(|| Error::internal(format!("there is no {on}.{verb}")))?;
    let template = operation.paths.first().map(|(_, path)| *path).unwrap_or_default();
    let names = template.split('{').skip(1).filter_map(|part| part.split('}').next());
    let body = asked.0.get("body").map(|body| exact(body.clone()));
    let input = Input { query: asked.map("query"), body, ..Input::default() };
    let input = names.zip(asked.texts("ids")).fold(input, |i, (name, id)| i.with_path(name, id));
    let mut response =
        client.run(client.prepare(Target::Operation(operation), input, options)?).await?;
    if asked.flag("confirm")
        && let Ok((target, input, options)) = response.confirmation()
    {
        response = client.run(client.prepare(target, input, options)?).await?;
        response.check_confirmed()?;
    }
    let value = read_values(&response)?;
    let class = match response.content {
        Content::One(model, _) => Some(model),
        Content::Rows(model, ..) => {
            value.as_array().is_some_and(|rows| !rows.is_empty()).then_some(model)
        }
        Content::Nothing | Content::Any(_) => None,
    };
    result.insert("value".into(), without_originals(value));
    result.insert("type".into(), json!(class.map(|model| model.names.rust)));
    Ok(())
}

/// A value without the unchanged values of converted fields, which objects have under a name that
/// no JSON of the API has.
fn without_originals(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let own = fields.into_iter().filter(|(name, _)| !name.starts_with('\0'));
            own.map(|(name, value)| (name, without_originals(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(items) => items.into_iter().map(without_originals).collect(),
        other => other,
    }
}
