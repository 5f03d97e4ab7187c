package africa.lomi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import africa.lomi.models.CheckoutSession;
import africa.lomi.models.CheckoutSessionCreate;
import africa.lomi.models.CheckoutSessionListParams;
import africa.lomi.models.CheckoutSessionStatus;
import africa.lomi.models.CurrencyCode;
import africa.lomi.testing.Sandbox;
import africa.lomi.testing.SandboxExtension;
import africa.lomi.testing.Stub;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The API as Java has it: everything here has to compile. */
@ExtendWith(SandboxExtension.class)
class JavaUseTest {
    @Test
    void createsAndLists(Sandbox sandbox) throws Exception {
        var client = LomiClient.builder()
                .apiKey(sandbox.getApiKey())
                .baseUrl(sandbox.getUrl())
                .timeout(Duration.ofSeconds(20))
                .maxRetries(1)
                .build();
        var body = CheckoutSessionCreate.builder().amount(10000).currencyCode("XOF").title("Commande").build();
        var session = client.checkoutSessions().create(body).session();
        assertEquals(10000L, session.getAmount());
        assertEquals(CurrencyCode.XOF, session.getCurrencyCode());
        assertEquals(CheckoutSessionStatus.OPEN, session.getStatus());
        var options = CallOptions.builder().idempotencyKey(IdempotencyKeys.forOrder(77)).build();
        var outcome = client.checkoutSessions().createAsync(body, options).get();
        assertTrue(outcome instanceof CheckoutSession made && made.getAmount() == 10000);
        var page = client.checkoutSessions().list(CheckoutSessionListParams.builder().limit(1).build());
        assertTrue(page.hasMore());
        assertTrue(page.autoPagingStream().limit(2).allMatch(it -> it.getAmount() > 0));
        for (var one : page.autoPaging()) {
            assertTrue(one.getCheckoutSessionId() != null);
            break;
        }
        var error = assertThrows(NotFoundError.class, () -> client.checkoutSessions().get("00000000-0000-4000-8000-000000000000"));
        assertEquals(404, error.getStatus());
    }

    @Test
    void stubs() {
        var stub = new Stub();
        stub.respond("create_checkout_session", "{\"checkout_session_id\":\"cs_5\"}");
        var body = CheckoutSessionCreate.builder().amount(new Money(5000, "XOF")).build();
        assertEquals("cs_5", stub.client().checkoutSessions().create(body).session().getCheckoutSessionId());
        assertEquals("checkout_sessions.create", stub.getRequests().get(0).get("operation"));
    }

    @Test
    void webhooks() {
        var body = "{\"id\":\"evt_1\",\"event\":\"PAYMENT_SUCCEEDED\",\"data\":{}}".getBytes();
        var event = Webhooks.constructEvent(body, Webhooks.sign(body, "whsec_x"), "whsec_x");
        assertEquals("evt_1", event.getId());
        assertTrue(new ReplayGuard().once(event, it -> {}));
    }
}
