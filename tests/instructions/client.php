<?php

/** So many calls of one kind: php client.php TASK URL CALLS. */

declare(strict_types=1);

[, $task, $url, $calls] = $argv;
$client = new LomiSDK\LomiClient('lomi_sk_test_bench', ['base_url' => "$url/v1", 'routes' => 'documented']);
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

$call = [
    'create' => fn () => check($sessions->create($order)->getCheckoutSessionId() !== null),
    'get' => function () use ($sessions) {
        $session = $sessions->get('cs_1');
        check($session->getStatus() === 'open' && $session->getAmount() > 0);
    },
    'list' => function () use ($sessions) {
        $rows = $sessions->list(['limit' => 100])->data;
        check(count($rows) === 100);
        foreach ($rows as $row) {
            check($row->getStatus() !== null && $row->getAmount() > 0);
        }
    },
][$task];
for ($made = 0; $made < (int) $calls; $made++) {
    $call();
}
