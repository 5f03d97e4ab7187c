<?php

/**
 * One measurement: php client.php <who> <what> <calls> <url>. Prints microseconds of this
 * process's CPU (user and system) per call; of `pool` and `sequence`, of wall time per call.
 */

declare(strict_types=1);

[, $who, $what, $calls, $url] = $argv;
$calls = (int) $calls;
$body = ['amount' => 15000, 'currency_code' => 'XOF', 'product_id' => 'prod_1234567890abcdef', 'success_url' => 'https://example.com/success', 'customer_email' => 'customer@example.com'];
$key = 'lomi_sk_test_1';

function curl(): CurlHandle
{
    global $key;
    static $handle = null;
    if ($handle === null) {
        $handle = curl_init();
        curl_setopt_array($handle, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => ["X-API-KEY: $key", 'Accept: application/json', 'Content-Type: application/json']]);
    }
    return $handle;
}

function decoded(string|bool $text): array
{
    return json_decode((string) $text, true, 128, JSON_THROW_ON_ERROR);
}

switch ($who) {
    case 'lomi':
        $client = new LomiSDK\LomiClient($key, ['base_url' => $url, 'routes' => 'current']);
        $do = [
            'create' => fn () => $client->checkoutSessions->create($body),
            'get' => fn () => $client->checkoutSessions->get('cs_1'),
            'list' => fn () => $client->checkoutSessions->list(['limit' => 100])->data,
            'sequence' => fn () => $client->request('GET', '/checkout-sessions/slow'),
        ];
        break;
    case 'documented':
        $config = (new LomiSDK\Configuration())->setApiKey('X-API-KEY', $key)->setHost($url)->setRoutes('current');
        $api = new LomiSDK\Api\CheckoutSessionsApi(null, $config);
        $do = [
            'create' => fn () => $api->createCheckoutSession($body),
            'get' => fn () => $api->retrieveCheckoutSession('cs_1'),
            'list' => fn () => $api->listCheckoutSessions(100)->getData(),
        ];
        break;
    case 'ext-curl':
        $do = [
            'create' => function () use ($url, $body) {
                curl_setopt_array(curl(), [CURLOPT_URL => "$url/checkout-sessions", CURLOPT_POST => true, CURLOPT_POSTFIELDS => json_encode($body)]);
                return decoded(curl_exec(curl()));
            },
            'get' => function () use ($url) {
                curl_setopt_array(curl(), [CURLOPT_URL => "$url/checkout-sessions/cs_1", CURLOPT_HTTPGET => true]);
                return decoded(curl_exec(curl()));
            },
            'list' => function () use ($url) {
                curl_setopt_array(curl(), [CURLOPT_URL => "$url/checkout-sessions?limit=100", CURLOPT_HTTPGET => true]);
                return decoded(curl_exec(curl()))['data'];
            },
        ];
        break;
    case 'guzzle':
        require '/usr/share/php/GuzzleHttp/autoload.php';
        $guzzle = new GuzzleHttp\Client(['headers' => ['X-API-KEY' => $key, 'Accept' => 'application/json']]);
        $do = [
            'create' => fn () => decoded((string) $guzzle->request('POST', "$url/checkout-sessions", ['json' => $body])->getBody()),
            'get' => fn () => decoded((string) $guzzle->request('GET', "$url/checkout-sessions/cs_1")->getBody()),
            'list' => fn () => decoded((string) $guzzle->request('GET', "$url/checkout-sessions?limit=100")->getBody())['data'],
        ];
        break;
    case 'generated':
        require '/usr/share/php/GuzzleHttp/autoload.php';
        require __DIR__ . '/generated.php';
        $generated = new Generated\CheckoutSessionsApi(new GuzzleHttp\Client(), $url, $key);
        $do = [
            'create' => fn () => $generated->create($body),
            'get' => fn () => $generated->retrieve('cs_1'),
            'list' => fn () => $generated->list(100)->getData(),
        ];
        break;
}

function cpu(): float
{
    $usage = getrusage();
    return $usage['ru_utime.tv_sec'] * 1e6 + $usage['ru_utime.tv_usec'] + $usage['ru_stime.tv_sec'] * 1e6 + $usage['ru_stime.tv_usec'];
}

if ($what === 'pool') {
    $client->pool(array_fill(0, 64, fn () => $client->checkoutSessions->getAsync('slow')));
    $started = microtime(true);
    $client->pool(array_fill(0, 64, fn () => $client->checkoutSessions->getAsync('slow')));
    echo (microtime(true) - $started) * 1e6 / 64;
    exit;
}
for ($i = 0; $i < min(50, $calls); $i++) {
    $do[$what]();
}
$cpu = cpu();
$wall = microtime(true);
for ($i = 0; $i < $calls; $i++) {
    $do[$what]();
}
echo $what === 'sequence' ? (microtime(true) - $wall) * 1e6 / $calls : (cpu() - $cpu) / $calls;
