<?php

/** One request of the test over TLS: reads a session with a client of its own; prints the worker, what it got, and how. */

declare(strict_types=1);

$options = ['base_url' => $_SERVER['LOMI_TEST_URL'], 'ca_file' => $_SERVER['LOMI_TEST_CA'], 'max_retries' => (int) $_SERVER['LOMI_TEST_RETRIES']];
$client = new LomiSDK\LomiClient('lomi_sk_test_1', $options);
try {
    $got = $client->checkoutSessions->get('cs_1')->getCheckoutSessionId();
} catch (LomiSDK\Exception\UnexpectedResponseError $error) {
    $got = $error->getResponseBody();
}
echo json_encode(['worker' => getmypid(), 'got' => $got]);
