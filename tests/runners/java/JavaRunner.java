// The runner of Java: plays plans through LomiClient and its futures, each plan on a thread of its own.

package africa.lomi.runner;

import africa.lomi.LomiClient;
import africa.lomi.Model;
import africa.lomi.Page;
import africa.lomi.models.CheckoutSession;
import africa.lomi.models.CheckoutSessionCreate;
import africa.lomi.models.CheckoutSessionListParams;
import africa.lomi.models.CheckoutSessionUpdate;
import africa.lomi.models.ConfirmationRequired;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

public final class JavaRunner {
    private JavaRunner() {}

    public static void main(String[] arguments) throws InterruptedException {
        var threads = Executors.newCachedThreadPool();
        for (var plan : Describe.plans()) threads.submit(() -> play(plan));
        threads.shutdown();
        threads.awaitTermination(170, TimeUnit.SECONDS);
        Thread.sleep(100);
    }

    private static void play(Map<String, ?> plan) {
        var started = System.nanoTime();
        Map<String, ?> result;
        try {
            var client = Describe.settings(LomiClient.builder(), Describe.part(plan, "client")).build();
            for (var before : (List<?>) plan.get("before")) call(client, step(before));
            if (plan.get("pause_ms") instanceof Long pause) Thread.sleep(pause);
            started = System.nanoTime();
            result = call(client, Describe.part(plan, "call"));
        } catch (Throwable error) {
            result = Map.of("error", Describe.error(error instanceof ExecutionException ? error.getCause() : error));
        }
        Describe.print(plan.get("name"), started, result);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, ?> step(Object step) {
        return (Map<String, ?>) step;
    }

    private static Map<String, ?> call(LomiClient client, Map<String, ?> step) throws Exception {
        var sessions = client.checkoutSessions();
        var options = Describe.options(step);
        var id = String.valueOf(step.get("id"));
        switch ((String) step.get("do")) {
            case "create": {
                var body = CheckoutSessionCreate.builder();
                fields(step, "body").forEach(body::set);
                return Describe.model((Model) sessions.createAsync(body.build(), options).get());
            }
            case "get":
                return Describe.model(sessions.getAsync(id, options).get());
            case "list":
                return Describe.page(sessions.listAsync(query(step), options).get());
            case "update": {
                var body = CheckoutSessionUpdate.builder();
                fields(step, "body").forEach(body::set);
                return Describe.model(sessions.updateAsync(id, body.build(), options).get());
            }
            case "delete":
                sessions.deleteAsync(id, options).get();
                return Collections.singletonMap("value", null);
            case "list_all":
                return listAll(client, step);
            case "operation":
                return Describe.result(operation(client, step));
            case "request": {
                var query = Describe.part(step, "query");
                var method = (String) step.get("method");
                var path = (String) step.get("path");
                var value = client.requestAsync(method, path, query, step.get("body"), options).get();
                return Collections.singletonMap("value", value);
            }
            default: {
                var result = Describe.offline(step);
                return result == null ? Map.of() : result;
            }
        }
    }

    private static Map<String, ?> fields(Map<String, ?> step, String name) {
        var fields = Describe.part(step, name);
        return fields == null ? Map.of() : fields;
    }

    private static CheckoutSessionListParams query(Map<String, ?> step) {
        var query = CheckoutSessionListParams.builder();
        fields(step, "query").forEach(query::set);
        return query.build();
    }

    /** At most `take` ids of a list. With `resume`, continues once after an error. */
    private static Map<String, ?> listAll(LomiClient client, Map<String, ?> step) throws InterruptedException {
        var items = new ArrayList<String>();
        var take = step.get("take") instanceof Long number ? number : 99;
        var mayResume = Boolean.TRUE.equals(step.get("resume"));
        Page<CheckoutSession> page = null;
        while (items.size() < take) {
            try {
                var next = page == null ? client.checkoutSessions().listAsync(query(step)).get() : page.nextPageAsync().get();
                if (next == null) break;
                page = next;
                for (var session : page.getData()) if (items.size() < take) items.add(session.getCheckoutSessionId());
            } catch (ExecutionException error) {
                if (!mayResume) return Map.of("items", items, "error", Describe.error(error.getCause()));
                mayResume = false;
            }
        }
        return Map.of("items", items);
    }

    private static Object operation(LomiClient client, Map<String, ?> step) throws Exception {
        var resource = Describe.resource(client, (String) step.get("on"));
        var ids = step.get("ids") instanceof List<?> list ? list.size() : 0;
        var hasFields = step.get("body") != null || step.get("query") != null;
        var options = africa.lomi.CallOptions.class;
        var method = Describe.method(resource, Describe.verb(step) + "Async", ids, hasFields, options);
        var future = (CompletableFuture<?>) method.invoke(resource, Describe.arguments(method, step).toArray());
        var result = future.get();
        if (result instanceof ConfirmationRequired<?> first && Boolean.TRUE.equals(step.get("confirm"))) {
            return first.confirmAsync().get();
        }
        return result;
    }
}
