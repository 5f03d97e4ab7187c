//! `LomiSDK\Money`: an amount in the smallest unit of its currency.

use lomi::Money;
use lomi::binding::messages;

use crate::zend::{
    Array, Call, Class, ClassRef, Done, Object, Thrown, handler, long, new_object, payload,
    payload_mut, payload_type, string_zval,
};

static MONEY: ClassRef = ClassRef::new();

#[derive(Clone, Default)]
struct MoneyPayload(Option<Money>);

payload_type!(MoneyPayload);

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Money")
        .sealed()
        .with_payload::<MoneyPayload>()
        .method("__construct(int $amount, string $currency)", handler(construct))
        .method("static xof(int $amount): LomiSDK\\Money", handler(xof))
        .method(
            "static fromMajor(string $amount, string $currency): LomiSDK\\Money",
            handler(from_major),
        )
        .method("getAmount(): int", handler(amount))
        .method("getCurrency(): string", handler(currency))
        .method("getDecimals(): int", handler(decimals))
        .method("__toString(): string", handler(to_string))
        .method("__debugInfo(): array", handler(debug_info))
        .register(&MONEY)
}

/// The amount of an object, where it is a `LomiSDK\Money`.
pub(crate) fn of_object(object: Object<'_>) -> Option<Money> {
    MONEY.get().filter(|class| object.instance_of(class))?;
    payload::<MoneyPayload>(object)?.0
}

/// Accepts int only: 49.99 must not become 49.
fn whole(call: &Call<'_>) -> Result<i64, Thrown> {
    let given = call.required(0)?;
    given.long().ok_or_else(|| call.wrong_type(0, "int", given))
}

fn construct(call: &mut Call<'_>) -> Done {
    let money = Money::new(whole(call)?, &call.string(1)?)?;
    if let Some(payload) = payload_mut::<MoneyPayload>(call.this()?) {
        payload.0 = Some(money);
    }
    Ok(())
}

fn give(call: &mut Call<'_>, money: Money) -> Done {
    let class = MONEY.get().ok_or_else(|| Thrown::defect("there is no Money"))?;
    let mut value = new_object(class)?;
    if let Some(payload) = value.object_mut().and_then(payload_mut::<MoneyPayload>) {
        payload.0 = Some(money);
    }
    call.give(value)
}

fn xof(call: &mut Call<'_>) -> Done {
    let money = Money::new(whole(call)?, "XOF")?;
    give(call, money)
}

fn from_major(call: &mut Call<'_>) -> Done {
    let given = call.required(0)?;
    // A float may already be inexact.
    if !given.is_string() && !given.is_long() {
        return Err(call.wrong_type(0, "string", given));
    }
    let money = Money::from_major(&call.string(0)?, &call.string(1)?)?;
    give(call, money)
}

fn money(call: &mut Call<'_>) -> Result<Money, Thrown> {
    payload::<MoneyPayload>(call.handle()?)
        .and_then(|payload| payload.0)
        .ok_or_else(|| Thrown::validation(messages::not_constructed("LomiSDK\\Money")))
}

fn amount(call: &mut Call<'_>) -> Done {
    let amount = money(call)?.amount();
    call.give_long(amount)
}

fn currency(call: &mut Call<'_>) -> Done {
    let currency = money(call)?.currency();
    call.give_string(currency)
}

fn decimals(call: &mut Call<'_>) -> Done {
    let decimals = money(call)?.decimals();
    call.give_long(decimals.into())
}

fn to_string(call: &mut Call<'_>) -> Done {
    let text = money(call)?.to_string();
    call.give_string(&text)
}

fn debug_info(call: &mut Call<'_>) -> Done {
    let mut info = Array::new();
    if let Ok(money) = money(call) {
        info.set("amount", long(money.amount()));
        info.set("currency", string_zval(money.currency()));
    }
    call.give(info.finish())
}
