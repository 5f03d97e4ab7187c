<?php

/** One request of growth.php: a thousand calls of every kind, and what memory there is afterwards. */

declare(strict_types=1);

function work(string $url): int
{
    $client = new LomiSDK\LomiClient('lomi_sk_test_1', ['base_url' => $url, 'routes' => 'current']);
    $config = (new LomiSDK\Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost($url)->setRoutes('current');
    $api = new LomiSDK\Api\CheckoutSessionsApi(null, $config);
    $body = ['amount' => 15000, 'currency_code' => 'XOF', 'metadata' => ['order' => '1']];
    $calls = 0;
    for ($round = 0; $round < 20; $round++) {
        for ($i = 0; $i < 12; $i++) {
            $client->checkoutSessions->get('cs_1')->getCheckoutUrl();
            $client->checkoutSessions->create($body)->getMetadata();
            $api->createCheckoutSession($body)->getAmount();
            $api->retrieveCheckoutSessionWithHttpInfo('cs_1');
            $calls += 4;
        }
        $calls += count($client->checkoutSessions->list(['limit' => 100])->data) === 100 ? 1 : 0;
        $calls += count($client->pool([fn () => $client->checkoutSessions->getAsync('cs_1')]));
    }
    return $calls;
}

$calls = work($_SERVER['HTTP_X_URL']);
gc_collect_cycles();
$rss = preg_match('/VmRSS:\s+(\d+)/', (string) file_get_contents('/proc/self/status'), $m) ? (int) $m[1] : 0;
echo json_encode(['calls' => $calls, 'memory' => memory_get_usage(), 'rss' => $rss, 'pid' => getmypid()]);
