//! `LomiSDK\Money`: an amount in the smallest unit of its currency.

use lomi::Money;

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Object, Thrown, handler, long, new_object, payload,
    payload_mut, payload_type, string_zval,
};

static MONEY: ClassRef = ClassRef::new();

#[derive(Clone, Default)]
struct Held(Option<Money>);

payload_type!(Held);

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Money")
        .sealed()
        .holds::<Held>()
        .method("__construct(int $amount, string $currency)", handler(construct))
        .method("static xof(int $amount): LomiSDK\\Money", handler(xof))
        .method(
            "static fromMajor(string $amount, string $currency): LomiSDK\\Money",
            handler(from_major),
        )
        .method("getAmount(): int", handler(amount))
        .method("getCurrency(): string", handler(currency))
        .method("getDecimals(): int", handler(decimals))
        .method("__toString(): string", handler(text))
        .method("__debugInfo(): array", handler(debug_info))
        .register(&MONEY)
}

/// The money that an object holds, where it is a `LomiSDK\Money`.
pub(crate) fn of_object(object: Object<'_>) -> Option<Money> {
    MONEY.get().filter(|class| object.instance_of(class))?;
    payload::<Held>(object)?.0
}

/// Whole numbers only: 49.99 must not become 49.
fn whole(call: &Call<'_>) -> Result<i64, Thrown> {
    let given = call.required(0)?;
    given.long().ok_or_else(|| call.wrong_type(0, "int", given))
}

fn construct(call: &mut Call<'_>) -> Done {
    let money = Money::new(whole(call)?, &call.text(1)?)?;
    if let Some(held) = payload_mut::<Held>(call.this()?) {
        held.0 = Some(money);
    }
    Ok(())
}

fn give(call: &mut Call<'_>, money: Money) -> Done {
    let class = MONEY.get().ok_or_else(|| Thrown::defect("there is no Money"))?;
    let mut value = new_object(class)?;
    if let Some(held) = value.object_mut().and_then(payload_mut::<Held>) {
        held.0 = Some(money);
    }
    call.give(value)
}

fn xof(call: &mut Call<'_>) -> Done {
    let money = Money::new(whole(call)?, "XOF")?;
    give(call, money)
}

fn from_major(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    // A float has lost its last digit already.
    if !given.is_string() && !given.is_long() {
        return Err(call.wrong_type(0, "string", given));
    }
    let money = Money::from_major(&call.text(0)?, &call.text(1)?)?;
    give(call, money)
}

fn held(call: &mut Call<'_>) -> Result<Money, Thrown> {
    payload::<Held>(call.handle()?)
        .and_then(|held| held.0)
        .ok_or_else(|| Thrown::validation("the LomiSDK\\Money was not constructed"))
}

fn amount(call: &mut Call<'_>) -> Done {
    let amount = held(call)?.amount();
    call.give_long(amount)
}

fn currency(call: &mut Call<'_>) -> Done {
    let currency = held(call)?.currency();
    call.give_text(currency)
}

fn decimals(call: &mut Call<'_>) -> Done {
    let decimals = held(call)?.decimals();
    call.give_long(decimals.into())
}

fn text(call: &mut Call<'_>) -> Done {
    let text = held(call)?.to_string();
    call.give_text(&text)
}

fn debug_info(call: &mut Call<'_>) -> Done {
    let mut info = Array::new();
    if let Ok(money) = held(call) {
        info.set("amount", long(money.amount()));
        info.set("currency", string_zval(money.currency()));
    }
    call.give(info.finish())
}
