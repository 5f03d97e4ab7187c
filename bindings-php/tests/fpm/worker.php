<?php

/** One request of the php-fpm test: makes a session with the given key, and prints what the test checks. */

declare(strict_types=1);

// Above its declaration, with autoloaders before and after that are never asked for our classes.
$asked = [];
spl_autoload_register(function (string $name) use (&$asked): void {
    $asked[] = $name;
});
$refund = (new MyRefund(['amount' => 5]))->getAmount();
require_once __DIR__ . '/classes.php';
spl_autoload_register(function (string $name) use (&$asked): void {
    $asked[] = $name;
}, prepend: true);
$extended = [$refund, (new MyPayout(['amount' => 6]))->twice(), (new MyApi())->getHostIndex(), class_exists('LomiSDK\Model\Products', false), (new LomiSDK\Model\Meters())->valid(), $asked];

final class MyRefund extends LomiSDK\Model\Refunds
{
}

$key = $_SERVER['HTTP_X_TEST_KEY'];
$base = $_SERVER['LOMI_TEST_URL'];
$before = (new LomiSDK\Configuration())->getApiKey('X-API-KEY')
    ?? LomiSDK\Configuration::getDefaultConfiguration()->getApiKey('X-API-KEY')
    ?? LomiSDK\Configuration::getDefaultConfiguration()->getOnResponse();
$events = [];
$hook = function (object $event) use (&$events): void {
    $events[] = $event->idempotencyKey;
};
$number = $_SERVER['HTTP_X_TEST_NUMBER'];

if ($_SERVER['HTTP_X_TEST_CUT'] === '1') {
    // The limit is one of the worker's own time, so not all of it is spent waiting.
    ini_set('display_errors', '1');
    set_time_limit(1);
    $client = new LomiSDK\LomiClient($key, ['base_url' => $base]);
    while (true) {
        hash('sha256', str_repeat('x', 2_000_000));
        $client->checkoutSessions->list(['limit' => 1]);
    }
}

if ((int) $number % 2 === 0) {
    $client = new LomiSDK\LomiClient($key, ['base_url' => $base, 'on_request' => $hook, 'on_response' => $hook]);
    $session = $client->checkoutSessions->create(['amount' => 100, 'currency_code' => 'XOF', 'metadata' => ['number' => $number]]);
} else {
    $config = LomiSDK\Configuration::getDefaultConfiguration()->setApiKey('X-API-KEY', $key)->setHost($base)->setOnRequest($hook)->setOnResponse($hook);
    $api = new LomiSDK\Api\CheckoutSessionsApi(null, $config);
    $session = $api->createCheckoutSession(['amount' => 100, 'currency_code' => 'XOF', 'metadata' => ['number' => $number]]);
}

header('Content-Type: application/json');
echo json_encode([
    'before' => $before,
    'extended' => $extended,
    'id' => $session->getCheckoutSessionId(),
    'number' => $session->getMetadata()['number'],
    'environment' => $session->getEnvironment(),
    'events' => $events,
    'idempotency_key' => $session->getLastResponse()->getIdempotencyKey(),
    'pid' => getmypid(),
    'preloaded' => class_exists('Preloaded', false),
    'timeout' => (new LomiSDK\Configuration())->getTimeout(),
    'memory' => memory_get_usage(),
    'rss' => (int) (preg_match('/VmRSS:\s+(\d+)/', (string) file_get_contents('/proc/self/status'), $m) ? $m[1] : 0),
]);
