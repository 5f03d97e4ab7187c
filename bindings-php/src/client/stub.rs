//! `LomiSDK\Testing\Stub`: clients that send nothing, for unit tests.

use lomi::binding::Offline;
use lomi::binding::messages;
use lomi::testing;

use crate::client::lomi_client::give_client;
use crate::convert::{from_json, to_json};
use crate::zend::{Call, Class, ClassRef, Done, Thrown, handler, payload, payload_type};

static STUB: ClassRef = ClassRef::new();

/// A stub, shared by its clients.
#[derive(Default, Clone)]
struct StubPayload(testing::Stub);

payload_type!(StubPayload);

pub(crate) fn register() -> Result<(), String> {
    Class::new("LomiSDK\\Testing\\Stub")
        .sealed()
        .with_payload::<StubPayload>()
        .method("client(array $options = []): LomiSDK\\LomiClient", handler(client))
        .method(
            "respond(string $operation, $body = null, int $status = 200): void",
            handler(respond),
        )
        .method("fail(string $operation, string $how = \"connection\"): void", handler(fail))
        .method("getRequests(): array", handler(requests))
        .register(&STUB)
}

fn stub(call: &mut Call<'_>) -> Result<testing::Stub, Thrown> {
    let stub = payload::<StubPayload>(call.handle()?);
    stub.map(|stub| stub.0.clone()).ok_or_else(|| Thrown::defect("this is no Stub"))
}

fn client(call: &mut Call<'_>) -> Done {
    let offline = Offline::stub(&stub(call)?);
    give_client(call, 0, offline)
}

fn respond(call: &mut Call<'_>) -> Done {
    let body = match call.argument(1) {
        Some(body) => to_json::for_core(messages::the_body(), body)?,
        None => lomi::Value::Null,
    };
    let status = match call.argument(2) {
        Some(_) => u16::try_from(call.integer(2)?).unwrap_or(0),
        None => 200,
    };
    stub(call)?.respond(&call.string(0)?, status, &body.to_string())?;
    Ok(())
}

fn fail(call: &mut Call<'_>) -> Done {
    let how = match call.argument(1) {
        Some(_) => call.string(1)?,
        None => "connection".to_owned(),
    };
    stub(call)?.fail(&call.string(0)?, &how)?;
    Ok(())
}

fn requests(call: &mut Call<'_>) -> Done {
    let requests = stub(call)?.requests();
    call.give(from_json::array(&requests))
}
