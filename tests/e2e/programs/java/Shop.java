// A shop's server with lomi. in Java. The browser tests run it.
//
//   Shop create SHOP-URL      creates a session; prints its id and its page
//   Shop get ID               prints its status
//   Shop verify SIGNATURE     reads a delivery from standard input; prints its event

import africa.lomi.LomiClient;
import africa.lomi.SignatureVerificationError;
import africa.lomi.Webhooks;
import africa.lomi.models.CheckoutSession;
import africa.lomi.models.CheckoutSessionCreate;
import africa.lomi.models.Transaction;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;

public final class Shop {
    public static void main(String[] arguments) throws IOException {
        Map<String, ?> printed = switch (arguments[0]) {
            case "create" -> create(arguments[1]);
            case "get" -> get(arguments[1]);
            case "verify" -> verify(arguments[1]);
            default -> throw new IllegalArgumentException(arguments[0]);
        };
        System.out.println(new ObjectMapper().writeValueAsString(printed));
    }

    private static Map<String, ?> create(String shop) {
        var order = CheckoutSessionCreate.builder()
                .amount(10000)
                .currencyCode("XOF")
                .title("Panier du jour")
                .customerName("Awa Diop")
                .customerPhone("+221771234567")
                .successUrl(shop + "/success?session={CHECKOUT_SESSION_ID}")
                .cancelUrl(shop + "/cancel?session={CHECKOUT_SESSION_ID}")
                .build();
        var session = new LomiClient().checkoutSessions().create(order).session();
        return Map.of("id", session.getCheckoutSessionId(), "page", session.getCheckoutUrl());
    }

    private static Map<String, ?> get(String id) {
        return Map.of("status", new LomiClient().checkoutSessions().get(id).getStatus().toString());
    }

    private static Map<String, ?> verify(String signature) throws IOException {
        try {
            var event = Webhooks.constructEvent(System.in.readAllBytes(), signature);
            // An expired session is the data of its event, a payment is a transaction.
            var session = event.getData() instanceof CheckoutSession expired
                    ? expired.getCheckoutSessionId()
                    : ((Transaction) event.getData()).getCheckoutSessionId();
            return Map.of("event", event.getEvent().toString(), "session", session);
        } catch (SignatureVerificationError error) {
            return Map.of("refused", error.getKind());
        }
    }
}
