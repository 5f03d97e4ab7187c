<?php

/** What valgrind.php watches: every way of a value in and out of the extension, some rounds of it. */

declare(strict_types=1);

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\LomiClient;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\CheckoutSessionsCreate;
use LomiSDK\ObjectSerializer;
use LomiSDK\Tests\Support\FaultServer;

require '/usr/share/php/GuzzleHttp/autoload.php';
require __DIR__ . '/../Support/Process.php';
require __DIR__ . '/../Support/FaultServer.php';

[, $rounds, $url, $key, $secret] = $argv;

function expect(string $class, callable $call): void
{
    try {
        $call();
    } catch (Throwable $e) {
        $e instanceof $class || throw $e;
        [$e->getMessage(), (string) $e, $e->getTraceAsString()];
        return;
    }
    throw new Exception("no $class was thrown");
}

function modern(LomiClient $lomi): void
{
    $made = $lomi->checkoutSessions->create(['amount' => 10000, 'currency_code' => 'XOF', 'title' => 'é', 'metadata' => ['7' => 'x', 'a' => ['b' => [1, 2.5, null]]], 'expires_at' => new DateTimeImmutable('+1 hour')]);
    $id = $made->getCheckoutSessionId();
    [$made->getAmount(), $made->getExpiresAt(), $made['metadata'], (string) $made, $made->toArray(), iterator_to_array($made), count($made), $made->original('status')];
    $made->getLastResponse()->getHeaders();
    $lomi->checkoutSessions->update($id, ['title' => 'b']);
    $page = $lomi->checkoutSessions->list(['limit' => 2]);
    [$page->data, $page->hasMore, $page->nextPage()];
    $n = 0;
    foreach ($page->autoPagingIterator() as $session) {
        $session->getCheckoutUrl();
        if (++$n === 5) {
            break;
        }
    }
    $lomi->pool([fn () => $lomi->checkoutSessions->getAsync($id), fn () => $lomi->checkoutSessions->getAsync('none'), $lomi->checkoutSessions->getAsync($id)]);
    $lomi->request('GET', '/checkout-sessions', ['query' => ['limit' => 1]]);
    $lomi->checkoutSessions->getAsync($id)->then(fn ($s) => $s->getAmount())->wait();
    $lomi->checkoutSessions->getAsync($id);
    expect(ApiException::class, fn () => $lomi->checkoutSessions->get('none'));
    expect(ApiException::class, fn () => $lomi->checkoutSessions->create(['amount' => -1]));
    expect(ApiException::class, fn () => $lomi->checkoutSessions->create(['amount' => NAN]));
    expect(ApiException::class, fn () => $lomi->checkoutSessions->get($id, ['no_such' => 1]));
    expect(ArgumentCountError::class, fn () => $lomi->checkoutSessions->get());
    $lomi->checkoutSessions->delete($id);
    ob_start();
    var_dump($lomi);
    print_r($page);
    ob_end_clean();
    var_export($made, true);
}

function documented(CheckoutSessionsApi $api): void
{
    $body = (new CheckoutSessionsCreate(['amount' => 5]))->setCurrencyCode('XOF')->setNull('title');
    [$session, , $headers] = $api->createCheckoutSessionWithHttpInfo($body);
    $api->updateCheckoutSession($session->getCheckoutSessionId(), ['title' => 'c']);
    $api->listCheckoutSessions(3)->getPagination();
    $api->retrieveCheckoutSessionAsync($session->getCheckoutSessionId())->wait();
    $api->listCheckoutSessionsRequest();
    expect(ApiException::class, fn () => $api->retrieveCheckoutSession('none'));
    expect(InvalidArgumentException::class, fn () => $api->retrieveCheckoutSession(null));
    expect(InvalidArgumentException::class, fn () => $api->listCheckoutSessions(1000));
    $api->deleteCheckoutSession($session->getCheckoutSessionId());
}

function values(): void
{
    $odd = '{"data":{"id":"a","url":"u","status":"complete","amount":"5","quantity":123456789012345678901234567890,"metadata":"{\"x\":1}","allowed_providers":["WAVE",""],"0":"zero","unknown":{"deep":{"er":[{}]}},"expires_at":"no moment"}}';
    $session = ObjectSerializer::deserialize($odd, CheckoutSessions::class);
    $copy = clone $session;
    $copy->setAmount(1)->setTitle('t')['x'] = 'y';
    unset($copy['amount'], $copy['none']);
    $back = unserialize(serialize($copy));
    [$back == $copy, json_encode($back), $back->original('status'), $back->getExpiresAt(), $back->getMetadata(), isset($back['title'])];
    $mine = new class(['amount' => 3]) extends CheckoutSessions {
        public function getAmount()
        {
            return parent::getAmount() + 1;
        }
    };
    $mine->getAmount();
    $self = ['a' => 1];
    $self['self'] = &$self;
    expect(ApiException::class, fn () => (string) new CheckoutSessions(['metadata' => $self]));
    unset($self['self']);
    ObjectSerializer::buildQuery(['a' => [1, 2], 'b' => true]);
    (string) LomiSDK\Money::fromMajor('50.5', 'EUR');
    (new LomiSDK\HeaderSelector())->selectHeaders(['application/json'], '', false);
    CheckoutSessions::openAPITypes();
}

function broken(): void
{
    foreach (['<html>', '[]', '{"a":', 'null', '""', '{"error":"x"}'] as $body) {
        $server = FaultServer::json($body);
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'max_retries' => 0]);
        expect(ApiException::class, fn () => $lomi->checkoutSessions->get('a'));
        expect(ApiException::class, fn () => $lomi->checkoutSessions->getAsync('a')->wait());
    }
    $server = new FaultServer([['raw' => 'HTTP/1.1 200 OK']]);
    $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'max_retries' => 1]);
    expect(ApiException::class, fn () => $lomi->checkoutSessions->get('a'));
}

function webhook(string $secret): void
{
    $payload = '{"id":"evt_1","event":"payment.succeeded","data":{"id":"t","amount":5}}';
    LomiSDK\Webhooks::constructEvent($payload, LomiSDK\Webhooks::sign($payload, $secret), $secret)->getData();
    expect(ApiException::class, fn () => LomiSDK\Webhooks::constructEvent($payload, 'nothing', $secret));
}

for ($round = 0; $round < (int) $rounds; $round++) {
    foreach ([null, new GuzzleHttp\Client()] as $http) {
        modern(new LomiClient($key, ['base_url' => "$url/v1"] + ($http ? ['http_client' => $http] : [])));
        documented(new CheckoutSessionsApi($http, (new Configuration())->setApiKey('X-API-KEY', $key)->setHost("$url/v1")));
    }
    values();
    broken();
    webhook($secret);
    gc_collect_cycles();
}
echo "done $rounds";
