//! Finding the object or the rows in a body, whatever the generation wrapped around
//! them: bare, `{data}`, `{success, data}`, one-row lists, and every list envelope.

use std::ops::Range;

use jiter::Peek;

use crate::config::Limits;
use crate::error::Error;
use crate::generated::MODELS;
use crate::json::{Reader, broken};
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
pub(crate) fn find(text: &str, answer: Answer, limits: Limits) -> Result<Found, Error> {
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
    let mut reader = Reader::new(text.as_bytes(), limits);
    let peek = reader.peek()?;
    let whole = look(&mut reader, peek, 0, true)?;
    reader.finish()?;
    match answer {
        Answer::One(model) => one(text, whole, model, limits, WRAPPINGS),
        Answer::Page(model) => rows(text, whole, model, limits, WRAPPINGS),
        Answer::Any | Answer::Nothing => Ok(Found::Any(whole.span)),
    }
}

/// Finds an object of a model in a text that need not be an answer: where nothing else
/// is an object of the model, the whole is.
pub(crate) fn find_model(
    text: &str,
    model: &'static Model,
    limits: Limits,
) -> Result<Found, Error> {
    let found = find(text, Answer::One(model), limits);
    if found.is_err() && text.trim_start().starts_with('{') {
        return match find(text, Answer::Any, limits)? {
            Found::Any(whole) => Ok(Found::One(model, whole)),
            _ => found,
        };
    }
    found
}

/// A value as far as an envelope has to know it.
struct Seen {
    peek: Peek,
    span: Range<usize>,
    /// Of an object at the top: the members that an envelope can be made of.
    members: Vec<(String, Seen)>,
    /// Of a list: how many items, where the first stands, and the first that is no object.
    items: usize,
    first: Option<Range<usize>>,
    odd: Option<Peek>,
}

/// Whether a member can say something about its envelope. Most members of an object are
/// its own fields, and noting them all would cost more than reading them.
fn tells(name: &str) -> bool {
    matches!(
        name,
        "data"
            | "meta"
            | "pagination"
            | "total"
            | "total_count"
            | "totalCount"
            | "limit"
            | "per_page"
            | "pageSize"
            | "offset"
            | "page"
            | "current_page"
            | "total_pages"
            | "totalPages"
            | "has_more"
            | "next_cursor"
    ) || MODELS.iter().any(|model| model.marker == Some(name) || model.ids.contains(&name))
}

/// Steps over one value and notes what it is made of, one level deep.
fn look(reader: &mut Reader<'_>, peek: Peek, offset: usize, top: bool) -> Result<Seen, Error> {
    let start = offset + reader.jiter.current_index();
    let mut seen =
        Seen { peek, span: start..start, members: Vec::new(), items: 0, first: None, odd: None };
    match peek {
        Peek::Array => {
            reader.descend()?;
            let mut next = reader.jiter.known_array().map_err(broken)?;
            while let Some(item) = next {
                let (from, to) = reader.skip(item)?;
                seen.items += 1;
                seen.first.get_or_insert(offset + from..offset + to);
                if item != Peek::Object {
                    seen.odd.get_or_insert(item);
                }
                next = reader.jiter.array_step().map_err(broken)?;
            }
            reader.ascend();
        }
        Peek::Object if top => {
            reader.descend()?;
            let mut key = reader.jiter.known_object().map_err(broken)?;
            while let Some(name) = key {
                let named = tells(name).then(|| name.to_owned());
                let peek = reader.peek()?;
                match named {
                    Some(name) => {
                        let member = look(reader, peek, offset, false)?;
                        seen.members.push((name, member));
                    }
                    // Any list may be the one that is asked for.
                    None if peek == Peek::Array => {
                        let member = look(reader, peek, offset, false)?;
                        seen.members.push((String::new(), member));
                    }
                    None => {
                        reader.skip(peek)?;
                    }
                }
                key = reader.jiter.next_key().map_err(broken)?;
            }
            reader.ascend();
        }
        other => {
            reader.skip(other)?;
        }
    }
    seen.span.end = offset + reader.jiter.current_index();
    Ok(seen)
}

impl Seen {
    /// The last member of a name, as JSON readers take it.
    fn member(&self, name: &str) -> Option<&Self> {
        self.members.iter().rev().find(|(n, _)| n == name).map(|(_, seen)| seen)
    }
}

/// The same for a part of the text that was stepped over before.
fn look_at(text: &str, span: &Range<usize>, limits: Limits) -> Result<Seen, Error> {
    let inner = text.get(span.clone()).unwrap_or_default();
    let mut reader = Reader::new(inner.as_bytes(), limits);
    let peek = reader.peek()?;
    look(&mut reader, peek, span.start, true)
}

fn one(
    text: &str,
    seen: Seen,
    model: &'static Model,
    limits: Limits,
    wrappings: u32,
) -> Result<Found, Error> {
    if seen.peek == Peek::Array {
        return match seen.first {
            Some(item) if seen.items == 1 && wrappings > 0 => {
                one(text, look_at(text, &item, limits)?, model, limits, wrappings - 1)
            }
            _ => Err(not_one(model, "a list")),
        };
    }
    if seen.peek != Peek::Object {
        return Err(not_one(model, kind_of(seen.peek)));
    }
    let has = |name: &str| {
        seen.member(name).is_some_and(|member| member.peek == Peek::String || member.peek.is_num())
    };
    if model.ids.iter().any(|name| has(name)) {
        return Ok(Found::One(model, seen.span));
    }
    if let Some(other) = marked(&seen) {
        return Ok(Found::One(other, seen.span));
    }
    let data = seen.member("data").filter(|data| matches!(data.peek, Peek::Object | Peek::Array));
    match data {
        Some(data) if wrappings > 0 => {
            one(text, look_at(text, &data.span, limits)?, model, limits, wrappings - 1)
        }
        _ => Err(not_one(model, "an object without its id")),
    }
}

/// Another model that says by its marker that it is this one, such as `payment_required`.
fn marked(seen: &Seen) -> Option<&'static Model> {
    MODELS.iter().copied().find(|model| {
        model
            .marker
            .and_then(|marker| seen.member(marker))
            .is_some_and(|member| member.peek == Peek::True)
    })
}

fn rows(
    text: &str,
    seen: Seen,
    model: &'static Model,
    limits: Limits,
    wrappings: u32,
) -> Result<Found, Error> {
    if seen.peek == Peek::Array {
        only_objects(&seen)?;
        return Ok(Found::Rows(model, seen.span, PageFacts::default()));
    }
    if seen.peek != Peek::Object {
        return Err(Error::unexpected(format!("the answer is {}, not a list", kind_of(seen.peek))));
    }
    let data = seen.member("data");
    if let Some(list) = data.filter(|d| d.peek == Peek::Array).or_else(|| only_list(&seen)) {
        only_objects(list)?;
        let facts = facts(text, &seen, limits)?;
        return Ok(Found::Rows(model, list.span.clone(), facts));
    }
    match data {
        // {success, data: {data: [...], ...}}
        Some(data) if data.peek == Peek::Object && wrappings > 0 => {
            rows(text, look_at(text, &data.span, limits)?, model, limits, wrappings - 1)
        }
        _ => Err(Error::unexpected("the answer is an object without a list in it")),
    }
}

/// Some envelopes name the list after its items (`customers`, `events`).
fn only_list(seen: &Seen) -> Option<&Seen> {
    let mut lists = seen.members.iter().map(|(_, m)| m).filter(|m| m.peek == Peek::Array);
    lists.next().filter(|_| lists.next().is_none())
}

fn only_objects(list: &Seen) -> Result<(), Error> {
    match list.odd {
        None => Ok(()),
        Some(peek) => Err(Error::unexpected(format!("an item of the list is {}", kind_of(peek)))),
    }
}

/// The ids of a list's rows, in order; nothing for a row without one.
pub(crate) fn ids(
    text: &str,
    span: &Range<usize>,
    model: &'static Model,
    limits: Limits,
) -> Result<Vec<Option<String>>, Error> {
    let Some(own) = model.id else { return Ok(Vec::new()) };
    let inner = text.get(span.clone()).unwrap_or_default();
    let mut reader = Reader::new(inner.as_bytes(), limits);
    let mut ids = Vec::new();
    let mut next = reader.jiter.next_array().map_err(broken)?;
    while next.is_some() {
        let (mut id, mut stand_in) = (None, None);
        let mut key = reader.jiter.known_object().map_err(broken)?;
        while let Some(name) = key {
            let named = name == own;
            let aliased = !named && model.ids.contains(&name);
            let peek = reader.peek()?;
            let (from, to) = reader.skip(peek)?;
            if named || aliased {
                let text = inner.get(from..to).unwrap_or_default();
                let value = serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
                *(if named { &mut id } else { &mut stand_in }) = Some(value);
            }
            key = reader.jiter.next_key().map_err(broken)?;
        }
        ids.push(id.or(stand_in));
        next = reader.jiter.array_step().map_err(broken)?;
    }
    Ok(ids)
}

fn facts(text: &str, top: &Seen, limits: Limits) -> Result<PageFacts, Error> {
    let mut facts = PageFacts::default();
    for name in ["pagination", "meta"] {
        if let Some(inner) = top.member(name).filter(|m| m.peek == Peek::Object) {
            for (name, member) in &look_at(text, &inner.span, limits)?.members {
                // Only here does a total count more than the page it comes with.
                note(&mut facts, text, name, member, true);
            }
        }
    }
    for (name, member) in &top.members {
        note(&mut facts, text, name, member, false);
    }
    Ok(facts)
}

fn note(facts: &mut PageFacts, text: &str, name: &str, member: &Seen, counted: bool) {
    let value = text.get(member.span.clone()).unwrap_or_default();
    let number = || value.parse::<u64>().ok();
    match name {
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
