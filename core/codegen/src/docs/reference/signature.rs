//! The signature of a method, in one line or with a line for each argument.

const WIDTH: usize = 88;

/// Takes `head(a, b) tail`, and breaks it if it is too long. A comma within brackets of a type does
/// not separate arguments.
pub(super) fn fit(text: &str) -> String {
    let text = text.replace(", )", ")");
    let Some((head, rest)) = text.split_once('(') else { return text };
    // In Rust, the first brackets are those of the resource.
    let (head, rest) = match rest.strip_prefix(").") {
        Some(rest) => match rest.split_once('(') {
            Some((method, rest)) => (format!("{head}().{method}"), rest),
            None => return text,
        },
        None => (head.to_owned(), rest),
    };
    let (arguments, tail) = split(rest);
    let lines: usize = text.chars().count();
    if lines <= WIDTH || arguments.len() < 2 {
        return text;
    }
    let mut result = format!("{head}(\n");
    for argument in arguments {
        result.push_str(&format!("    {argument},\n"));
    }
    format!("{result}){tail}")
}

/// The arguments, and what follows the bracket that closes them.
fn split(rest: &str) -> (Vec<&str>, &str) {
    let (mut depth, mut start, mut arguments) = (0_i32, 0, Vec::new());
    for (at, letter) in rest.char_indices() {
        match letter {
            ')' if depth == 0 => {
                arguments.extend(rest.get(start..at).map(str::trim).filter(|it| !it.is_empty()));
                return (arguments, rest.get(at + 1..).unwrap_or_default());
            }
            ',' if depth == 0 => {
                arguments.extend(rest.get(start..at).map(str::trim));
                start = at + 1;
            }
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth -= 1,
            _ => {}
        }
    }
    (arguments, "")
}
