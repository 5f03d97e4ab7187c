//! How prettier lays out JavaScript and declarations, for the few lines whose length varies.

use crate::template::wrap;

/// The name of the constant for a value of an enum: `BI_WEEKLY` for `bi-weekly`.
pub(super) fn js_constant(value: &str) -> String {
    value.to_uppercase().replace(|c: char| !c.is_alphanumeric(), "_")
}

/// The width that prettier is set to.
pub(super) const WIDTH: usize = 110;

/// An open union of words, on one line where it fits.
pub(super) fn ts_union(words: Vec<String>, before: &str) -> String {
    let mut members: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    members.push("(string & {})".into());
    let line = format!("{before} = {};", members.join(" | "));
    if line.chars().count() <= WIDTH {
        return line;
    }
    let lines: String = members.iter().map(|member| format!("\n  | {member}")).collect();
    format!("{before} ={lines};")
}

/// A method's declaration, its parameters on lines of their own where it is too long.
pub(super) fn ts_fit(line: &str) -> String {
    let line = line.trim();
    if line.chars().count() + 2 <= WIDTH {
        return line.to_owned();
    }
    let parts = line.split_once('(').and_then(|(name, rest)| Some((name, rest.split_once("): ")?)));
    let Some((name, (parameters, result))) = parts else { return line.to_owned() };
    let lines: String = parameters.split(", ").map(|one| format!("    {one},\n")).collect();
    format!("{name}(\n{lines}  ): {result}")
}

/// The statement that returns the result of a call within a method, its arguments on lines of their
/// own where it is too long.
pub(super) fn js_return(arguments: Vec<String>, function: &str) -> String {
    let line = format!("return {function}({});", arguments.join(", "));
    if line.chars().count() + 4 <= WIDTH {
        return line;
    }
    let lines: String = arguments.iter().map(|one| format!("      {one},\n")).collect();
    format!("return {function}(\n{lines}    );")
}

/// A doc comment: on one line where it fits, else wrapped as prettier leaves it.
pub(super) fn js_comment(doc: &str, indent: usize) -> String {
    let space = " ".repeat(indent);
    let doc = short_generations(&doc.replace("*/", "* /"));
    if indent + doc.chars().count() + 7 <= WIDTH {
        return format!("{space}/** {doc} */");
    }
    let wrapped = wrap(&doc, WIDTH - 3 - indent, &format!("{space} * "));
    format!("{space}/**\n{space} * {wrapped}\n{space} */")
}

/// `(API BE)` for `(API generations B and E.)`: a thousand fields end with it, and the index of the
/// declarations says what it means.
fn short_generations(doc: &str) -> String {
    let Some((text, letters)) = doc.rsplit_once(" (API generation") else { return doc.to_owned() };
    let letters: String = letters.chars().filter(char::is_ascii_uppercase).collect();
    format!("{text} (API {letters})")
}

/// A description without what the type says, such as `string | null`.
pub(super) fn ts_doc(doc: &str) -> String {
    let said = [" Every field may be null or missing.", " May be null.", " May be missing."];
    said.iter().fold(doc.to_owned(), |text, sentence| text.replace(sentence, ""))
}
