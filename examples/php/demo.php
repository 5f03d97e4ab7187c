<?php

/**
 * The demo in PHP: the life of a checkout session and three errors, once with LomiClient and
 * once with the documented CheckoutSessionsApi.
 *
 * Reads LOMI_BASE_URL and LOMI_API_KEY, which `make demo` sets to the local sandbox. With
 * LOMI_DEMO_INBOX, the address of a webhook inbox, a session is also paid.
 * Run it with the extension: php -d extension=/path/to/lomi.so examples/php/demo.php
 */

declare(strict_types=1);

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\Exception\AuthenticationError;
use LomiSDK\Exception\BadRequestError;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\LomiClient;
use LomiSDK\Webhooks;

if (!extension_loaded('lomi')) {
    fwrite(STDERR, "php: the extension is not loaded: start with php -d extension=/path/to/lomi.so\n");
    exit(1);
}

$started = hrtime(true);
$calls = 0;
$step = 'set up';

/** Makes a call that must fail with the given exception, and prints it. */
function shown(string $expected, callable $call): void
{
    global $step, $calls;
    $calls++;
    try {
        $call();
    } catch (ApiException $e) {
        if (!$e instanceof $expected) {
            throw $e;
        }
        printf("%-9s %s: %s\n", $step, (new ReflectionClass($e))->getShortName(), $e->getMessage());
        return;
    }
    throw new RuntimeException('succeeded, which it should not');
}

try {
    $client = new LomiClient();
    $coffee = [
        'amount' => 5000,
        'currency_code' => 'XOF',
        'title' => 'Coffee Beans - 1kg',
        'customer_email' => 'customer@example.com',
        'success_url' => 'https://mystore.com/thank-you',
        'cancel_url' => 'https://mystore.com/cart',
    ];

    $step = 'create';
    $session = $client->checkoutSessions->create($coffee);
    $id = $session->getCheckoutSessionId();
    echo "created   $id\n";
    echo "page      {$session->getCheckoutUrl()}\n";

    $step = 'get';
    $fetched = $client->checkoutSessions->get($id);
    echo "fetched   {$fetched->getTitle()} {$fetched->getStatus()}\n";
    $calls += 2;

    $step = 'create 45';
    for ($i = 1; $i < 45; $i++) {
        $client->checkoutSessions->create($coffee);
        $calls++;
    }

    $step = 'list';
    $page = $client->checkoutSessions->list(['limit' => 20]);
    echo 'listed    ', count($page), " in the first page\n";
    $calls++;

    $step = 'page through';
    $seen = [];
    foreach ($page->autoPagingIterator() as $one) {
        $seen[$one->getCheckoutSessionId()] = true;
    }
    $calls += intdiv(count($seen) - 1, 20);
    if (count($seen) < 45 || !isset($seen[$id])) {
        throw new RuntimeException(count($seen) . ' of 45 sessions');
    }
    echo 'paged     ', count($seen), " in all\n";

    $step = 'update';
    $updated = $client->checkoutSessions->update($id, ['title' => 'Coffee Beans - 2kg']);
    echo "updated   {$updated->getTitle()}\n";

    $step = 'delete';
    $client->checkoutSessions->delete($id);
    echo "deleted   $id\n";
    $calls += 2;

    $step = '400';
    shown(BadRequestError::class, fn () => $client->checkoutSessions->create(['amount' => 5000, 'currency_code' => 'XXX']));
    $step = '401';
    shown(AuthenticationError::class, fn () => (new LomiClient('lomi_sk_test_nobody'))->checkoutSessions->list());
    $step = '404';
    shown(NotFoundError::class, fn () => $client->checkoutSessions->get($id));

    $step = 'documented set up';
    $config = Configuration::getDefaultConfiguration()
        ->setApiKey('X-API-KEY', (string) getenv('LOMI_API_KEY'))
        ->setHost((string) getenv('LOMI_BASE_URL'));
    $api = new CheckoutSessionsApi(null, $config);

    $step = 'documented create';
    $result = $api->createCheckoutSession([
        'amount' => 15000,
        'currency_code' => 'XOF',
        'product_id' => 'prod_1234567890abcdef',
        'success_url' => 'https://example.com/success',
        'cancel_url' => 'https://example.com/cancel',
        'customer_email' => 'customer@example.com',
    ]);
    $sessionId = $result->getCheckoutSessionId();
    $step = 'documented retrieve';
    $api->retrieveCheckoutSession($sessionId);
    $step = 'documented list';
    $list = $api->listCheckoutSessions(20, 0, 'created_at:desc');
    $step = 'documented update';
    $api->updateCheckoutSession($sessionId, ['metadata' => ['updated_reason' => 'Administrative update']]);
    $step = 'documented delete';
    $api->deleteCheckoutSession($sessionId);
    echo 'documented surface: created, fetched, listed ', count($list->getData()), ", updated, deleted\n";
    $calls += 5;

    $inbox = (string) getenv('LOMI_DEMO_INBOX');
    if ($inbox !== '') {
        $step = 'create to pay';
        $id = $client->checkoutSessions->create($coffee)->getCheckoutSessionId();

        // The sandbox does what a buyer does on the page.
        $pay = function (string $id): void {
            $sandbox = preg_replace('{/v1$}', '', (string) getenv('LOMI_BASE_URL'));
            $post = stream_context_create(['http' => ['method' => 'POST', 'header' => 'Content-Length: 0']]);
            file_get_contents("$sandbox/_sandbox/sessions/$id/pay", false, $post);
        };
        $step = 'pay';
        $pay($id);

        $step = 'webhook';
        $body = (string) file_get_contents($inbox);
        $signature = preg_filter('/^X-Lomi-Signature: /i', '', $http_response_header);
        $event = Webhooks::constructEvent($body, (string) end($signature)); // by LOMI_WEBHOOK_SECRET
        $payment = $event->getData();
        if (!$payment instanceof \LomiSDK\Model\Transactions || $payment->getCheckoutSessionId() !== $id) {
            throw new RuntimeException('the event of another session');
        }
        echo "verified  webhook {$event->getEvent()}, {$payment->getNetAmount()} XOF\n";

        $step = 'get after the payment';
        $status = $client->checkoutSessions->get($id)->getStatus();
        if ($status !== 'completed') {
            throw new RuntimeException("it is $status");
        }
        echo "paid      $status\n";

        $step = 'a lost webhook';
        $lost = $client->checkoutSessions->create([...$coffee, 'metadata' => ['webhook' => 'lost']]);
        $pay((string) $lost->getCheckoutSessionId());

        $step = 'reconcile';
        $handled = [Webhooks::replayKey($event) => true]; // by its webhook
        $payments = [];
        foreach ($client->reconcile('2026-01-01') as $missed) {
            $key = Webhooks::replayKey($missed);
            if ($missed->getEvent() === 'PAYMENT_SUCCEEDED' && !isset($handled[$key])) {
                $handled[$key] = true;
                $payments[] = $missed->getData();
            }
        }
        if (count($payments) !== 1 || $payments[0]->getCheckoutSessionId() !== $lost->getCheckoutSessionId()) {
            throw new RuntimeException(count($payments) . ' payments were handled');
        }
        echo "found     a lost webhook, by reconcile: {$payments[0]->getNetAmount()} XOF, handled once\n";
        $calls += 3;
    }
} catch (Throwable $e) {
    fwrite(STDERR, "php: $step: " . get_class($e) . ": {$e->getMessage()}\n");
    exit(1);
}

echo json_encode([
    'language' => 'php',
    'calls' => $calls,
    'milliseconds' => intdiv(hrtime(true) - $started, 1_000_000),
    'paid' => $inbox !== '',
]), "\n";
