<?php

/**
 * Calls through a client of Guzzle 8, in a process of its own because the tests have loaded Guzzle 7. Prints a line
 * of JSON for each case: the class of the error, its outcome, and how often the handler was called.
 */

declare(strict_types=1);

use GuzzleHttp\Client;
use GuzzleHttp\Exception as E;
use GuzzleHttp\Promise\Create;
use GuzzleHttp\Psr7\Response;
use LomiSDK\LomiClient;

$guzzle = getenv('LOMI_GUZZLE');
if ($guzzle) {
    require $guzzle;
} else {
    require '/usr/share/php/GuzzleHttp/Psr7/autoload.php';
    require '/usr/share/php/GuzzleHttp/Promise/autoload.php';
    require '/usr/share/php/Psr/Http/Client/autoload.php';
    require __DIR__ . '/guzzle8.php';
}

$body = fn (int $status, string $text) => new Response($status, ['Content-Type' => 'application/json'], $text);
$curl = fn (int $number, string $text) => "cURL error $number: $text (see https://curl.se/libcurl/c/libcurl-errors.html)";
$failures = [
    'connection refused' => fn ($request) => new E\ConnectException($curl(7, 'Failed to connect'), $request),
    'name not found' => fn ($request) => new E\ConnectException($curl(6, 'Could not resolve host'), $request),
    'certificate' => fn ($request) => new E\ConnectException($curl(60, 'SSL certificate problem'), $request),
    'handshake cut off' => fn ($request) => new E\ConnectException($curl(35, 'OpenSSL SSL_connect: SSL_ERROR_SYSCALL'), $request),
    'connect timeout' => fn ($request) => new E\ConnectTimeoutException($curl(28, 'Connection timed out after 100 ms'), $request),
    'timeout' => fn ($request) => new E\NetworkTimeoutException($curl(28, 'Operation timed out'), $request),
    'timeout in the body' => fn ($request) => new E\ResponseTimeoutException($curl(28, 'Operation timed out'), $request, $body(200, '{}')),
    'no response' => fn ($request) => new E\NetworkException($curl(52, 'Empty reply from server'), $request),
    'body cut off' => fn ($request) => new E\ResponseTransferException($curl(18, 'transfer closed'), $request, $body(200, '{}')),
    'another failure' => fn ($request) => new E\RequestException($curl(94, 'something'), $request),
    'middleware throws the response' => fn ($request) => new E\BadResponseException('Client error', $request, $body(404, '{}')),
    'option refused' => fn () => new E\InvalidArgumentException('Passing CURLOPT_X is not supported'),
];

/** What Guzzle's handler for curl does with the options, and then the failure, or a response. */
$handler = function (?callable $failure, bool $late, array &$seen) use ($body) {
    return function ($request, array $options) use ($failure, $late, &$seen, $body) {
        $seen['calls'] = ($seen['calls'] ?? 0) + 1;
        foreach ([CURLOPT_NOPROGRESS, CURLOPT_PROGRESSFUNCTION] as $option) {
            if (array_key_exists($option, $options['curl'] ?? [])) {
                throw new E\InvalidArgumentException("Passing $option in the \"curl\" request option is not supported");
            }
        }
        $moves = function () use ($options, $request): void {
            // Four whole numbers, and anything true aborts.
            if (($options['progress'])(0, 0, 0, 0)) {
                throw new E\RequestException('The transfer was aborted by the progress callback', $request);
            }
        };
        if ($failure !== null) {
            $late && $moves();
            throw $failure($request);
        }
        $moves();
        $response = $body(200, '{"refund_id":"re_1","checkout_session_id":"cs_1"}');
        ($options['on_headers'])($response);
        if (isset($seen['pause'])) {
            $moves();
            usleep($seen['pause']);
            $moves();
        }
        return Create::promiseFor($response);
    };
};

$try = function (string $case, ?callable $failure, callable $call, array $options = [], bool $late = false, array $seen = []) use ($handler): void {
    $progress = 0;
    $client = new LomiClient('lomi_sk_test_1', $options + [
        'base_url' => 'http://127.0.0.1:9/v1', 'max_retries' => 0,
        'http_client' => new Client(['handler' => $handler($failure, $late, $seen), 'progress' => function () use (&$progress): void {
            $progress++;
        }]),
    ]);
    $error = [null, null];
    try {
        $call($client);
    } catch (\Throwable $e) {
        $error = [basename(str_replace('\\', '/', get_class($e))), $e instanceof \LomiSDK\ApiException ? $e->getOutcome() : $e->getMessage()];
    }
    echo json_encode([$case, ...$error, $seen['calls'] ?? 0, $progress]), "\n";
};

$refund = fn ($client) => $client->request('POST', '/refunds', ['body' => ['amount' => 1]]);
$try('success', null, $refund);
$try('success, promised', null, fn ($client) => $client->checkoutSessions->getAsync('cs_1')->wait());
$try('silent', null, $refund, ['idle_timeout' => 0.05], seen: ['pause' => 200_000]);
foreach ($failures as $case => $failure) {
    $try($case, $failure, $refund);
}
$read = fn ($client) => $client->checkoutSessions->get('cs_1');
foreach (['timeout', 'timeout in the body', 'no response'] as $case) {
    $try("$case, a read", $failures[$case], $read);
}
$try('option refused, promised', $failures['option refused'], fn ($client) => $client->checkoutSessions->getAsync('cs_1')->wait());
$try('option refused, retries', $failures['option refused'], $refund, ['max_retries' => 2]);
$try('option refused after the start', $failures['option refused'], $refund, late: true);
$try('connection refused, retries', $failures['connection refused'], $refund, ['max_retries' => 1]);
$try('timeout, retries', $failures['timeout'], $refund, ['max_retries' => 1]);
