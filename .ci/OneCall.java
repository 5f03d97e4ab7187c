import africa.lomi.LomiClient;
import africa.lomi.models.CheckoutSessionCreate;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.regex.Pattern;

/**
 * One call from Java to a sandbox that it starts: that the jar's library loads and works on this system.
 *   java -cp JARS .ci/OneCall.java SANDBOX
 */
class OneCall {
    public static void main(String[] arguments) throws Exception {
        var server = new ProcessBuilder(arguments[0], "--quiet", "--port", "0")
            .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var output = new BufferedReader(new InputStreamReader(server.getInputStream()))) {
            var said = output.readLine();
            var url = value(said, "url");
            var client = LomiClient.builder().apiKey(value(said, "test_key")).baseUrl(url).build();
            var coffee = CheckoutSessionCreate.builder().amount(5000).currencyCode("XOF").title("Coffee").build();
            var made = client.checkoutSessions().create(coffee).session();
            var read = client.checkoutSessions().get(made.getCheckoutSessionId());
            if (read.getAmount() != 5000 || !made.getCheckoutUrl().startsWith(url + "/")) {
                throw new IllegalStateException("not what was created: " + read);
            }
            System.out.println("java: " + made.getCheckoutUrl());
        } finally {
            server.destroy();
        }
    }

    private static String value(String json, String name) {
        var found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        if (!found.find()) throw new IllegalStateException("no " + name + " in " + json);
        return found.group(1);
    }
}
