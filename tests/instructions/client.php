<?php

/**
 * The calls in PHP: php client.php URL EVENT TASK:WARM-UP:CALLS...
 *
 * What is counted stands between two calls of `mark`; run.py says how.
 */

declare(strict_types=1);

use LomiSDK\Exception\NotFoundError;
use LomiSDK\Webhooks;

$url = $argv[1];
$secret = 'whsec_0123456789abcdef0123456789abcdef';
$event = file_get_contents($argv[2]);
$signature = Webhooks::sign($event, $secret);
$client = new LomiSDK\LomiClient('lomi_sk_test_0123456789abcdef', ['base_url' => "$url/v1"]);
$sessions = $client->checkoutSessions;
$order = [
    'amount' => 15000,
    'currency_code' => 'XOF',
    'title' => 'Coffee Beans - 1kg',
    'success_url' => 'https://example.com/success',
    'cancel_url' => 'https://example.com/cancel',
];

function check(bool $holds): void
{
    $holds || exit(1);
}

/** Callgrind writes a part of the profile before each call of gethostname. */
function mark(): void
{
    gethostname();
}

$calls = [
    'get' => function () use ($sessions) {
        $session = $sessions->get('cs_1');
        check($session->getStatus() === 'open' && $session->getAmount() > 0);
    },
    'create' => fn () => check($sessions->create($order)->getCheckoutSessionId() !== null),
    'list' => function () use ($sessions) {
        $rows = $sessions->list(['limit' => 100])->data;
        check(count($rows) === 100);
        foreach ($rows as $row) {
            check($row->getStatus() !== null && $row->getAmount() > 0);
        }
    },
    'list-all' => function () use ($sessions) {
        $rows = $sessions->list(['limit' => 100])->data;
        check(count($rows) === 100);
        foreach ($rows as $row) {
            check($row->toArray()['amount'] > 0);
        }
    },
    '404' => function () use ($sessions) {
        try {
            $sessions->get('missing');
        } catch (NotFoundError $error) {
            check($error->getCode() === 404 && $error->getMessage() !== '');

            return;
        }
        exit(1);
    },
    'webhook' => function () use ($event, $signature, $secret) {
        $read = Webhooks::constructEvent($event, $signature, $secret);
        check($read->getEvent() === 'PAYMENT_SUCCEEDED' && $read->getData()->getGrossAmount() === 15000);
    },
];
foreach (array_slice($argv, 3) as $one) {
    [$task, $warmUp, $counted] = explode(':', $one);
    $call = $calls[$task];
    for ($made = 0; $made < (int) $warmUp; $made++) {
        $call();
    }
    gc_collect_cycles();
    mark();
    for ($made = 0; $made < (int) $counted; $made++) {
        $call();
    }
    mark();
}
