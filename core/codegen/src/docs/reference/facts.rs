//! What a page says of a method: routes, result, repetition, and its names in other clients.

use minijinja::{Value, context};

use super::fields::{Links, letters};
use crate::ir::{Api, EarlierOperation, Find, Idempotency, Model, Operation, Returns};

/// Each path with the generations that have it.
pub(super) fn routes(operation: &Operation) -> Vec<Value> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for path in &operation.paths {
        // The styles of a route have the letters of its operation; C has the documented style only.
        let of_style = |letter: &char| (*letter == 'C') == (path.routes == "documented");
        let here: String = path.generations.chars().filter(of_style).collect();
        if here.is_empty() {
            continue;
        }
        match found.iter_mut().find(|(template, _)| *template == path.template) {
            Some((_, letters)) => letters.push_str(&here),
            None => found.push((&path.template, here)),
        }
    }
    // The newest first.
    found.sort_by_key(|(_, of)| std::cmp::Reverse(of.chars().max()));
    let row = |(path, of): (&str, String)| {
        let mut sorted: Vec<char> = of.chars().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let of: String = sorted.into_iter().collect();
        context! { path, generations => letters(&of) }
    };
    found.into_iter().map(row).collect()
}

/// What a successful call gives.
pub(super) fn returned(operation: &Operation, links: &Links<'_>) -> String {
    let first = match &operation.returns {
        Returns::Nothing => return "nothing".to_owned(),
        Returns::Any => {
            return "the JSON of the response, which the documents of the API do not describe"
                .into();
        }
        Returns::One(model) => links.to(model),
        Returns::Page(model) => format!("a [page](index.md#pages) of {}", links.to(model)),
    };
    let others = operation.alternatives.iter().map(|name| links.to(name));
    std::iter::once(first).chain(others).collect::<Vec<_>>().join(", or ")
}

/// Whether the call may be made twice.
pub(super) fn repeated(operation: &Operation) -> String {
    match (operation.idempotency, operation.replay_safe, &operation.natural_key) {
        (Idempotency::Keyed, ..) => "safe with its idempotency key, on every server; the client repeats it".into(),
        (Idempotency::Newest, ..) => "safe with its idempotency key on the newest API, where the client repeats it; not safe elsewhere".into(),
        (Idempotency::Confirmed, ..) => "the confirmed call is safe with its idempotency key; the first call is repeated on the newest API only".into(),
        (_, true, _) => "safe: a second request has no second effect; the client repeats it".into(),
        (_, _, Some(key)) => format!("safe if the body has `{key}`; not safe otherwise"),
        _ => "not safe: it is sent once, and takes an idempotency key that no server is known to check".into(),
    }
}

/// How `find_outcome` finds out whether a call was done; `None` for a read.
pub(super) fn found(api: &Api, operation: &Operation) -> Option<String> {
    if operation.method == "GET" {
        return None;
    }
    if operation.replay_safe {
        let is_keyed = operation.idempotency == Idempotency::Keyed;
        let how = if is_keyed { "sends it again with its key" } else { "sends it again" };
        return Some(how.to_owned());
    }
    let name = |id: &String| {
        let called = api.operations.iter().find(|o| o.id == *id);
        called.map_or_else(|| id.clone(), |o| format!("`{}.{}`", o.resource, o.verb))
    };
    let by_rule = match &operation.find {
        Some(Find { list: Some(list), .. }) => format!("looks for the object in {}", name(list)),
        Some(Find { read: Some(read), .. }) => format!("reads the object by {}", name(read)),
        _ => "answers that the outcome is ambiguous: the API shows nothing".to_owned(),
    };
    Some(match operation.idempotency {
        Idempotency::Newest | Idempotency::Confirmed => {
            format!("on the newest API sends it again with its key, elsewhere {by_rule}")
        }
        _ => by_rule,
    })
}

/// The classes of the generated clients that have the operation, with the names of their methods.
pub(super) fn documented(api: &Api, operation: &Operation) -> Vec<Value> {
    let resource = api.resources.iter().find(|r| r.name == operation.resource);
    let own = resource.and_then(|r| r.documented.as_ref()).filter(|_| operation.documented);
    own.map(|class| {
        context! { class => &class.class, python => &operation.id, other => &operation.camel_id }
    })
    .into_iter()
    .collect()
}

/// The names in the vendor's TypeScript client.
pub(super) fn typescript(operation: &Operation) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in operation.paths.iter().filter_map(|path| path.typescript.clone()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The method of the same page that is described first and has the same fields in its body.
pub(super) fn same_body(
    api: &Api,
    operation: &Operation,
    body: &Model,
    all: &[&Operation],
) -> Option<String> {
    let earlier = all.iter().take_while(|other| other.id != operation.id);
    let same = |other: &&&Operation| {
        let model = other.body.as_ref().and_then(|b| api.models.iter().find(|m| m.name == b.model));
        model.is_some_and(|model| {
            model.fields.len() == body.fields.len()
                && model
                    .fields
                    .iter()
                    .zip(&body.fields)
                    .all(|(a, b)| a.name == b.name && a.doc == b.doc)
        })
    };
    let is_plain = body.fields.iter().all(|field| field.required.is_empty());
    earlier.into_iter().find(same).filter(|_| is_plain).map(|other| other.verb.clone())
}

/// Classes of earlier generated clients that have methods of several resources.
pub(super) fn earlier_classes(api: &Api) -> Vec<Value> {
    let method = |earlier: &EarlierOperation| {
        let now = api.operations.iter().find(|o| o.id == earlier.id);
        context! {
            name => &earlier.name, id => &earlier.id,
            resource => now.map(|o| o.resource.as_str()), verb => now.map(|o| o.verb.as_str()),
        }
    };
    let class = |it: &crate::ir::EarlierClass| {
        let methods: Vec<Value> = it.operations.iter().map(method).collect();
        context! { class => &it.class, module => it.module.as_ref(), methods }
    };
    api.earlier_classes.iter().map(class).collect()
}
