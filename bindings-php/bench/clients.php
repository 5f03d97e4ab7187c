<?php

/**
 * The clients that the bench measures in PHP, each as a program would use it.
 *
 * A client is a function of the server's address that gives its calls by their names: `create`,
 * `get`, `list` (two fields of each row are read), `list-all` (all rows as arrays), `walk` (an
 * iterator over all rows), and `at-once`, a function that makes so many `get` at once.
 */

declare(strict_types=1);

const KEY = 'lomi_sk_test_bench';
const BODY = ['amount' => 15000, 'currency_code' => 'XOF', 'title' => 'Coffee Beans - 1kg', 'success_url' => 'https://example.com/success', 'cancel_url' => 'https://example.com/cancel'];
const HEADERS = ['X-API-KEY' => KEY, 'Accept' => 'application/json', 'Content-Type' => 'application/json'];
const LINES = ['X-API-KEY: ' . KEY, 'Accept: application/json', 'Content-Type: application/json'];

/** The authority of the bench's server, as a file. Ours trusts the system's too. */
function authority(): ?string
{
    return ($_SERVER['LOMI_BENCH_CA'] ?? getenv('LOMI_BENCH_CA')) ?: null;
}

/** The same with the authorities of the system, for the others: each reads as much. */
function authorities(): ?string
{
    return ($_SERVER['LOMI_BENCH_BUNDLE'] ?? getenv('LOMI_BENCH_BUNDLE')) ?: null;
}

function decoded(string|bool $text): array
{
    return json_decode((string) $text, true, 128, JSON_THROW_ON_ERROR);
}

/** The calls of a client whose `$send(method, path, body)` gives the text of a response. */
function calls(Closure $send): array
{
    $rows = fn (int $offset = 0): array => decoded($send('GET', "?limit=100&offset=$offset", null))['data'];
    return [
        'create' => fn () => decoded($send('POST', '', json_encode(BODY)))['checkout_session_id'],
        'get' => fn () => decoded($send('GET', '/cs_1', null))['status'],
        'list' => fn () => array_map(fn (array $row) => [$row['status'], $row['amount']], $rows()),
        'list-all' => $rows,
        'walk' => function () use ($rows) {
            for ($offset = 0; $offset < 10_000; $offset += 100) {
                yield from $rows($offset);
            }
        },
    ];
}

function lomi(string $url): array
{
    $options = ['base_url' => "$url/v1", 'routes' => 'documented'];
    if ($file = authority()) {
        $options['ca_file'] = $file;
    }
    $client = new LomiSDK\LomiClient(KEY, $options);
    $sessions = $client->checkoutSessions;
    return [
        'create' => fn () => $sessions->create(BODY)->getCheckoutSessionId(),
        'get' => fn () => $sessions->get('cs_1')->getStatus(),
        'list' => fn () => array_map(fn ($row) => [$row->getStatus(), $row->getAmount()], $sessions->list(['limit' => 100])->data),
        'list-all' => fn () => array_map(fn ($row) => $row->toArray(), $sessions->list(['limit' => 100])->data),
        'walk' => fn () => $sessions->list(['limit' => 100])->autoPagingIterator(),
        'at-once' => fn (int $number) => $client->pool(array_fill(0, $number, fn () => $sessions->getAsync('cs_1'))),
        'slow' => fn () => $client->request('GET', '/checkout_sessions/slow'),
        'slow-at-once' => fn () => $client->pool(array_fill(0, 64, fn () => $sessions->getAsync('slow'))),
    ];
}

/** The classes of the generated client that are part of this SDK. */
function documented(string $url): array
{
    $config = (new LomiSDK\Configuration())->setApiKey('X-API-KEY', KEY)->setHost("$url/v1")->setRoutes('documented');
    $api = new LomiSDK\Api\CheckoutSessionsApi(null, $config);
    return [
        'create' => fn () => $api->createCheckoutSession(BODY)->getCheckoutSessionId(),
        'get' => fn () => $api->retrieveCheckoutSession('cs_1')->getStatus(),
        'list' => fn () => array_map(fn ($row) => [$row->getStatus(), $row->getAmount()], $api->listCheckoutSessions(100)->getData()),
    ];
}

/** One handle that is kept, as curl's own documentation advises. */
function ext_curl(string $url): array
{
    $base = "$url/v1/checkout_sessions";
    $made = function () {
        $handle = curl_init();
        curl_setopt_array($handle, [CURLOPT_RETURNTRANSFER => true, CURLOPT_HTTPHEADER => LINES]);
        if ($file = authorities()) {
            curl_setopt($handle, CURLOPT_CAINFO, $file);
        }
        return $handle;
    };
    $curl = $made();
    $calls = calls(function (string $method, string $path, ?string $body) use ($base, $curl) {
        curl_setopt_array($curl, [CURLOPT_URL => $base . $path] + ($body === null ? [CURLOPT_HTTPGET => true] : [CURLOPT_POST => true, CURLOPT_POSTFIELDS => $body]));
        $text = curl_exec($curl);
        return $text === false ? throw new RuntimeException(curl_error($curl)) : $text;
    });
    $multi = curl_multi_init();
    $handles = [];
    $calls['at-once'] = function (int $number) use ($multi, &$handles, $made, $base) {
        while (count($handles) < $number) {
            $handles[] = $handle = $made();
            curl_setopt($handle, CURLOPT_URL, "$base/cs_1");
        }
        array_map(fn ($handle) => curl_multi_add_handle($multi, $handle), $handles);
        do {
            $status = curl_multi_exec($multi, $running);
            if ($running) {
                curl_multi_select($multi);
            }
        } while ($running && $status === CURLM_OK);
        $results = [];
        foreach ($handles as $handle) {
            $results[] = decoded(curl_multi_getcontent($handle));
            curl_multi_remove_handle($multi, $handle);
        }
        return $results;
    };
    return $calls;
}

function guzzle_client(): GuzzleHttp\Client
{
    require_once '/usr/share/php/GuzzleHttp/autoload.php';
    return new GuzzleHttp\Client(['headers' => HEADERS, 'verify' => authorities() ?? true]);
}

function guzzle(string $url): array
{
    $client = guzzle_client();
    $base = "$url/v1/checkout_sessions";
    $calls = calls(fn (string $method, string $path, ?string $body) => (string) $client->request($method, $base . $path, ['body' => $body])->getBody());
    $calls['at-once'] = function (int $number) use ($client, $base) {
        $promises = array_map(fn () => $client->getAsync("$base/cs_1"), range(1, $number));
        return array_map(fn ($response) => decoded((string) $response->getBody()), GuzzleHttp\Promise\Utils::unwrap($promises));
    };
    return $calls;
}

function symfony(string $url): array
{
    require_once '/usr/share/php/Symfony/Component/HttpClient/autoload.php';
    $options = ['headers' => HEADERS, 'cafile' => authorities()];
    $client = Symfony\Component\HttpClient\HttpClient::create($options, 1000);
    $base = "$url/v1/checkout_sessions";
    $calls = calls(fn (string $method, string $path, ?string $body) => $client->request($method, $base . $path, $body === null ? [] : ['body' => $body])->getContent());
    $calls['at-once'] = function (int $number) use ($client, $base) {
        $responses = array_map(fn () => $client->request('GET', "$base/cs_1"), range(1, $number));
        return array_map(fn ($response) => decoded($response->getContent()), $responses);
    };
    return $calls;
}

/** What OpenAPI Generator makes, over Guzzle. */
function generated(string $url): array
{
    $guzzle = guzzle_client();
    require_once __DIR__ . '/generated.php';
    $api = new Generated\CheckoutSessionsApi($guzzle, "$url/v1", KEY);
    return [
        'create' => fn () => $api->create(BODY)->getCheckoutSessionId(),
        'get' => fn () => $api->retrieve('cs_1')->getStatus(),
        'list' => fn () => array_map(fn ($row) => [$row->getStatus(), $row->getAmount()], $api->list(100)->getData()),
        'walk' => function () use ($api) {
            for ($offset = 0; $offset < 10_000; $offset += 100) {
                yield from $api->list(100, $offset)->getData();
            }
        },
    ];
}

/** The calls of the client of this name. */
function make(string $client, string $url): array
{
    return str_replace('-', '_', $client)($url);
}
