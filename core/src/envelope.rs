//! Finding the object or the rows in a body, whatever the generation wrapped around
//! them: bare, `{data}`, `{success, data}`, one-row lists, and every list envelope.

use std::ops::Range;

use jiter::Peek;

use crate::error::Error;
use crate::json::Reader;
use crate::schema::{Answer, Model};

/// Where in the body the answer stands.
#[derive(Debug, Clone)]
pub enum Found {
    /// There is nothing to read.
    Nothing,
    /// One object of a model.
    One(&'static Model, Range<usize>),
    /// A list of objects of a model.
    Rows(&'static Model, Range<usize>, PageFacts),
    /// A value without a schema.
    Any(Range<usize>),
}

/// What the envelope of a list says about the list. Every generation says another part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageFacts {
    /// How many items there are in all, where the server counts them.
    pub total: Option<u64>,
    /// The most items in a page.
    pub limit: Option<u64>,
    /// How many items lie before this page.
    pub offset: Option<u64>,
    /// Number of this page, from 1.
    pub page: Option<u64>,
    /// How many pages there are.
    pub total_pages: Option<u64>,
    /// Whether more pages follow.
    pub has_more: Option<bool>,
    /// Where the next page starts.
    pub next_cursor: Option<String>,
}

/// How deep an object may be wrapped: `[{"data": {...}}]` and no further.
const WRAPPINGS: u32 = 3;

/// Finds the answer in the text of a body, which is read to its end: what is found is
/// whole and valid JSON.
pub(crate) fn find(text: &str, answer: Answer, deepest: usize) -> Result<Found, Error> {
    if text.trim().is_empty() {
        return match answer {
            Answer::Nothing | Answer::Any => Ok(Found::Nothing),
            _ => Err(Error::unexpected("the answer is empty")),
        };
    }
    if matches!(answer, Answer::Nothing) {
        // A 204 has no body; a 200 of a delete may say anything.
        return Ok(Found::Nothing);
    }
    if text.trim_start().starts_with('<') {
        return Err(Error::unexpected(
            "the answer is a web page, not JSON; a captive portal or a proxy may stand between",
        ));
    }
    let mut reader = Reader::new(text.as_bytes(), deepest);
    let peek = reader.peek()?;
    let (start, end) = reader.skip(peek)?;
    reader.finish()?;
    let whole = start..end;
    match answer {
        Answer::One(model) => one(text, whole, model, deepest, WRAPPINGS),
        Answer::Page(model) => rows(text, whole, model, deepest),
        Answer::Any | Answer::Nothing => Ok(Found::Any(whole)),
    }
}

/// Finds an object of a model in a text that need not be an answer: where nothing else
/// is an object of the model, the whole is.
pub(crate) fn find_model(
    text: &str,
    model: &'static Model,
    deepest: usize,
) -> Result<Found, Error> {
    let found = find(text, Answer::One(model), deepest);
    if found.is_err() && text.trim_start().starts_with('{') {
        return match find(text, Answer::Any, deepest)? {
            Found::Any(whole) => Ok(Found::One(model, whole)),
            _ => found,
        };
    }
    found
}

/// The top-level members of an object: name, kind of value, and where the value stands.
struct Member {
    name: String,
    peek: Peek,
    span: Range<usize>,
}

fn members(text: &str, span: &Range<usize>, deepest: usize) -> Result<Vec<Member>, Error> {
    let inner = text.get(span.clone()).unwrap_or_default();
    let mut reader = Reader::new(inner.as_bytes(), deepest);
    let mut found = Vec::new();
    let mut key = reader.jiter.next_object().map_err(crate::json::broken)?.map(str::to_owned);
    while let Some(name) = key {
        let peek = reader.peek()?;
        let (start, end) = reader.skip(peek)?;
        found.push(Member { name, peek, span: span.start + start..span.start + end });
        key = reader.jiter.next_key().map_err(crate::json::broken)?.map(str::to_owned);
    }
    Ok(found)
}

fn first_peek(text: &str, span: &Range<usize>) -> Result<Peek, Error> {
    Reader::new(text.get(span.clone()).unwrap_or_default().as_bytes(), 1).peek()
}

fn one(
    text: &str,
    span: Range<usize>,
    model: &'static Model,
    deepest: usize,
    wrappings: u32,
) -> Result<Found, Error> {
    let peek = first_peek(text, &span)?;
    if peek == Peek::Array {
        let mut items = items(text, &span, deepest)?;
        return match (items.pop(), items.is_empty()) {
            (Some((_, item)), true) if wrappings > 0 => {
                one(text, item, model, deepest, wrappings - 1)
            }
            _ => Err(not_one(model, "a list")),
        };
    }
    if peek != Peek::Object {
        return Err(not_one(model, kind_of(peek)));
    }
    let members = members(text, &span, deepest)?;
    let has = |name: &str| {
        members.iter().any(|m| m.name == name && matches!(m.peek, Peek::String))
            || members.iter().any(|m| m.name == name && is_number(m.peek))
    };
    let id = model.id.and_then(|name| model.field(name));
    if let Some(field) = id
        && (has(field.name) || field.aliases.iter().any(|alias| has(alias)))
    {
        return Ok(Found::One(model, span));
    }
    if let Some(other) = marked(&members) {
        return Ok(Found::One(other, span));
    }
    let data = members.iter().find(|m| m.name == "data" && holds_more(m.peek));
    match data {
        Some(data) if wrappings > 0 => one(text, data.span.clone(), model, deepest, wrappings - 1),
        _ => Err(not_one(model, "an object without its id")),
    }
}

/// Another model that says by its marker that it is this one, such as `payment_required`.
fn marked(members: &[Member]) -> Option<&'static Model> {
    crate::generated::MODELS.iter().copied().find(|model| {
        model
            .marker
            .is_some_and(|marker| members.iter().any(|m| m.name == marker && m.peek == Peek::True))
    })
}

fn rows(
    text: &str,
    span: Range<usize>,
    model: &'static Model,
    deepest: usize,
) -> Result<Found, Error> {
    match first_peek(text, &span)? {
        Peek::Array => {
            only_objects(text, &span, deepest)?;
            Ok(Found::Rows(model, span, PageFacts::default()))
        }
        Peek::Object => {
            let members = members(text, &span, deepest)?;
            let list = members
                .iter()
                .find(|m| m.name == "data" && m.peek == Peek::Array)
                .or_else(|| only_list(&members));
            if let Some(list) = list {
                only_objects(text, &list.span, deepest)?;
                let facts = facts(text, &members, deepest)?;
                return Ok(Found::Rows(model, list.span.clone(), facts));
            }
            // {success, data: {data: [...], ...}}
            match members.iter().find(|m| m.name == "data" && m.peek == Peek::Object) {
                Some(data) => rows(text, data.span.clone(), model, deepest.saturating_sub(1)),
                None => Err(Error::unexpected("the answer is an object without a list in it")),
            }
        }
        peek => Err(Error::unexpected(format!("the answer is {}, not a list", kind_of(peek)))),
    }
}

/// Some envelopes name the list after its items (`customers`, `events`).
fn only_list(members: &[Member]) -> Option<&Member> {
    let mut lists = members.iter().filter(|m| m.peek == Peek::Array);
    lists.next().filter(|_| lists.next().is_none())
}

fn only_objects(text: &str, span: &Range<usize>, deepest: usize) -> Result<(), Error> {
    match items(text, span, deepest)?.iter().find(|(peek, _)| *peek != Peek::Object) {
        None => Ok(()),
        Some((peek, _)) => {
            Err(Error::unexpected(format!("an item of the list is {}", kind_of(*peek))))
        }
    }
}

/// The items of a list: kind of value, and where it stands.
fn items(
    text: &str,
    span: &Range<usize>,
    deepest: usize,
) -> Result<Vec<(Peek, Range<usize>)>, Error> {
    let inner = text.get(span.clone()).unwrap_or_default();
    let mut reader = Reader::new(inner.as_bytes(), deepest);
    let mut found = Vec::new();
    let mut next = reader.jiter.next_array().map_err(crate::json::broken)?;
    while let Some(peek) = next {
        let (start, end) = reader.skip(peek)?;
        found.push((peek, span.start + start..span.start + end));
        next = reader.jiter.array_step().map_err(crate::json::broken)?;
    }
    Ok(found)
}

/// The ids of a list's rows, in order; nothing for a row without one.
pub(crate) fn ids(
    text: &str,
    span: &Range<usize>,
    model: &'static Model,
    deepest: usize,
) -> Result<Vec<Option<String>>, Error> {
    let Some(field) = model.id.and_then(|name| model.field(name)) else { return Ok(Vec::new()) };
    items(text, span, deepest)?
        .into_iter()
        .map(|(_, row)| {
            let members = members(text, &row, deepest)?;
            let id = members
                .iter()
                .find(|m| m.name == field.name)
                .or_else(|| members.iter().find(|m| field.aliases.contains(&m.name.as_str())));
            Ok(id.and_then(|m| serde_json::from_str(text.get(m.span.clone())?).ok()))
        })
        .collect()
}

fn facts(text: &str, top: &[Member], deepest: usize) -> Result<PageFacts, Error> {
    let mut facts = PageFacts::default();
    for member in top.iter().filter(|m| m.peek == Peek::Object) {
        if member.name == "meta" || member.name == "pagination" {
            for inner in members(text, &member.span, deepest)? {
                // Only here does a total count more than the page it comes with.
                note(&mut facts, text, &inner, true);
            }
        }
    }
    for member in top {
        note(&mut facts, text, member, false);
    }
    Ok(facts)
}

fn note(facts: &mut PageFacts, text: &str, member: &Member, counted: bool) {
    let value = text.get(member.span.clone()).unwrap_or_default();
    let number = || value.parse::<u64>().ok();
    match member.name.as_str() {
        "total" | "total_count" | "totalCount" if counted => facts.total = number(),
        "limit" | "per_page" | "pageSize" => facts.limit = facts.limit.or(number()),
        "offset" => facts.offset = facts.offset.or(number()),
        "page" | "current_page" => facts.page = facts.page.or(number()),
        "total_pages" | "totalPages" => facts.total_pages = facts.total_pages.or(number()),
        "has_more" => facts.has_more = value.parse().ok(),
        "next_cursor" => facts.next_cursor = serde_json::from_str(value).ok().flatten(),
        _ => {}
    }
}

fn holds_more(peek: Peek) -> bool {
    matches!(peek, Peek::Object | Peek::Array)
}

fn is_number(peek: Peek) -> bool {
    peek.is_num()
}

fn kind_of(peek: Peek) -> &'static str {
    match peek {
        Peek::Null => "null",
        Peek::True | Peek::False => "true or false",
        Peek::String => "a text",
        Peek::Array => "a list",
        Peek::Object => "an object",
        _ => "a number",
    }
}

fn not_one(model: &Model, found: &str) -> Error {
    Error::unexpected(format!("the answer is {found}, not one {}", model.names.rust))
}
