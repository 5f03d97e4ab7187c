//! `LomiSDK\\Internal\\Messages`: the sentences of the catalogue, for the part that is PHP code.

use lomi::Language;
use lomi::binding::messages::by_name;

use crate::config::environment::variable;
use crate::zend::{Call, Class, ClassRef, Done, Thrown, handler, pairs};

static MESSAGES: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Internal\\Messages")
        .sealed()
        .method("static text(string $name, array $arguments = []): string", handler(text))
        .register(&MESSAGES)
}

/// A sentence of the area `bindings`, in the language of `LOMI_LANG`.
fn text(call: &mut Call<'_>) -> Done {
    let name = call.string(0)?;
    let given = call.argument(1).and_then(|arguments| arguments.array());
    let given: Vec<(String, String)> = given
        .into_iter()
        .flat_map(pairs)
        .filter_map(|(key, value)| Some((key.to_string(), value.dereference().coerce_to_string()?)))
        .collect();
    let argument = |name: &str| {
        let found = given.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let message = by_name(&name, argument);
    let message = message.ok_or_else(|| Thrown::defect(&format!("there is no message {name}")))?;
    let language = variable("LOMI_LANG")?.as_deref().and_then(Language::from_tag);
    call.give_string(message.text(language.unwrap_or_else(Language::of_environment)))
}
