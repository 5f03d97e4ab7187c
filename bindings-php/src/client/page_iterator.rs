//! `LomiSDK\PageIterator`: every item of a list, page by page.

use ext_php_rs::ffi::zend_ce_iterator;
use ext_php_rs::types::Zval;
use lomi::binding::messages;

use crate::client::page_walk::Walk;
use crate::zend::{
    Call, Class, ClassRef, Done, Thrown, handler, new_object, payload_mut, payload_type,
};

static ITERATOR: ClassRef = ClassRef::new();

pub(crate) fn register() -> Result<(), String> {
    // SAFETY: the engine's own interface, set before any module starts.
    let iterator = unsafe { zend_ce_iterator };
    Class::new("LomiSDK\\PageIterator")
        .sealed()
        .with_payload::<Items>()
        .implements(iterator)
        .method("current(): mixed", handler(current))
        .method("key(): mixed", handler(key))
        .method("next(): void", handler(next))
        .method("rewind(): void", handler(rewind))
        .method("valid(): bool", handler(valid))
        .register(&ITERATOR)
}

/// An iterator over the rows of a page and everything behind it.
pub(super) fn build(rows: Zval, walk: Walk) -> Result<Zval, Thrown> {
    let class = ITERATOR.get().ok_or_else(|| Thrown::defect("there is no PageIterator"))?;
    let mut value = new_object(class)?;
    if let Some(items) = value.object_mut().and_then(payload_mut::<Items>) {
        items.start = Some((rows, walk));
        items.restart();
    }
    Ok(value)
}

#[derive(Default)]
struct Items {
    /// The first page and its cursor, for `rewind`.
    start: Option<(Zval, Walk)>,
    walk: Option<Walk>,
    rows: std::vec::IntoIter<Zval>,
    current: Option<Zval>,
    key: i64,
    /// A page is being requested, and `walk` is with it.
    is_reading: bool,
}

impl Clone for Items {
    fn clone(&self) -> Self {
        Self {
            start: self.start.as_ref().map(|(rows, walk)| (rows.shallow_clone(), walk.clone())),
            walk: self.walk.clone(),
            rows: copies(self.rows.as_slice()).into_iter(),
            current: self.current.as_ref().map(Zval::shallow_clone),
            key: self.key,
            is_reading: self.is_reading,
        }
    }
}

fn copies(values: &[Zval]) -> Vec<Zval> {
    values.iter().map(Zval::shallow_clone).collect()
}

payload_type!(Items, |items, visit| {
    if let Some((rows, walk)) = &items.start {
        visit(rows);
        walk.client.sender.references(visit);
    }
    if let Some(walk) = &items.walk {
        walk.client.sender.references(visit);
    }
    items.rows.as_slice().iter().chain(&items.current).for_each(visit);
});

impl Items {
    fn restart(&mut self) {
        let Some((rows, walk)) = &self.start else { return };
        let rows: Vec<Zval> = rows
            .array()
            .map(|table| crate::zend::values(table).map(Zval::shallow_clone).collect())
            .unwrap_or_default();
        self.walk = Some(walk.clone());
        self.rows = rows.into_iter();
        self.current = None;
        self.key = 0;
    }
}

/// Moves to the next item unless there is a current one; false at the end. After an error the next
/// call requests the same page again.
fn advance(call: &mut Call<'_>) -> Result<bool, Thrown> {
    loop {
        let items = items(call)?;
        if items.current.is_none() {
            items.current = items.rows.next();
        }
        if items.current.is_some() {
            return Ok(true);
        }
        check_free(items)?;
        let Some(mut walk) = items.walk.take() else { return Ok(false) };
        // A hook of the client may use this iterator, so nothing of it is borrowed meanwhile.
        items.is_reading = true;
        let found = read(&mut walk);
        let items = self::items(call)?;
        items.is_reading = false;
        items.walk = Some(walk);
        let Some(rows) = found? else { return Ok(false) };
        items.rows = rows.into_iter();
    }
}

/// The rows of the next page; nothing behind the last one.
fn read(walk: &mut Walk) -> Result<Option<Vec<Zval>>, Thrown> {
    let Some(response) = walk.fetch_next()? else { return Ok(None) };
    let (rows, _) = walk.read_rows(&response)?;
    drop(walk.client.keep_response(response));
    Ok(Some(rows))
}

fn check_free(items: &Items) -> Result<(), Thrown> {
    match items.is_reading {
        true => Err(Thrown::validation(messages::page_read_already())),
        false => Ok(()),
    }
}

fn items<'c>(call: &'c mut Call<'_>) -> Result<&'c mut Items, Thrown> {
    payload_mut(call.this()?).ok_or_else(|| Thrown::defect("this is no PageIterator"))
}

fn current(call: &mut Call<'_>) -> Done {
    advance(call)?;
    let item = items(call)?.current.as_ref().map_or_else(Zval::null, Zval::shallow_clone);
    call.give(item)
}

fn key(call: &mut Call<'_>) -> Done {
    let key = items(call)?.key;
    call.give_long(key)
}

fn next(call: &mut Call<'_>) -> Done {
    advance(call)?;
    let items = items(call)?;
    items.current = None;
    items.key += 1;
    Ok(())
}

fn rewind(call: &mut Call<'_>) -> Done {
    let items = items(call)?;
    check_free(items)?;
    items.restart();
    Ok(())
}

fn valid(call: &mut Call<'_>) -> Done {
    let valid = advance(call)?;
    call.give_bool(valid)
}
