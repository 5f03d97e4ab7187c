<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\PaymentRequired;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** The modern client. */
final class LomiClientTest extends SandboxTestCase
{
    /** @dataProvider transports */
    public function testTheLifeOfASession(callable $transport): void
    {
        $http = $transport();
        $client = self::client($http === null ? [] : ['http_client' => $http]);
        $session = $client->checkoutSessions->create(self::EXAMPLE, ['idempotency_key' => 'order-' . bin2hex(random_bytes(4))]);
        self::assertInstanceOf(CheckoutSessions::class, $session);
        $id = $session['checkout_session_id'];
        self::assertSame(15000, $client->checkoutSessions->get($id)->getAmount());
        self::assertSame('New', $client->checkoutSessions->update($id, ['title' => 'New'])->getTitle());
        self::assertNull($client->checkoutSessions->delete($id));
        self::assertSame(204, $client->getLastResponse()->getStatus());
        $this->expectException(NotFoundError::class);
        $client->checkoutSessions->get($id);
    }

    public function testEveryItemOfAListIsSeenOnce(): void
    {
        $sandbox = Sandbox::start();
        $client = new LomiClient($sandbox->key, ['baseUrl' => $sandbox->url]);
        for ($i = 0; $i < 45; $i++) {
            $client->checkoutSessions->create(['amount' => 100 + $i, 'currency_code' => 'XOF']);
        }
        $page = $client->checkoutSessions->list(['limit' => 20]);
        self::assertCount(20, $page);
        self::assertCount(20, $page->data);
        self::assertTrue($page->hasMore);
        $seen = [];
        foreach ($page->autoPagingIterator() as $position => $session) {
            self::assertSame(count($seen), $position);
            $seen[] = $session->getAmount();
        }
        self::assertCount(45, $seen);
        self::assertCount(45, array_unique($seen));

        $iterator = $page->autoPagingIterator();
        self::assertSame($seen, array_map(fn ($s) => $s->getAmount(), iterator_to_array($iterator)));
        self::assertSame($seen, array_map(fn ($s) => $s->getAmount(), iterator_to_array($iterator)), 'rewound');

        $second = $page->nextPage();
        self::assertSame(array_slice($seen, 20, 20), array_map(fn ($s) => $s->getAmount(), $second->data));
        self::assertFalse($second->nextPage()->hasMore);
        self::assertNull($second->nextPage()->nextPage());
    }

    public function testSeveralCallsAtOnceKeepTheirOrder(): void
    {
        $client = self::client();
        $results = $client->pool([
            'a' => $client->checkoutSessions->createAsync(['amount' => 1, 'currency_code' => 'XOF']),
            'b' => fn () => $client->checkoutSessions->createAsync(['amount' => 2, 'currency_code' => 'XOF']),
            'c' => fn () => $client->checkoutSessions->getAsync('nothing-of-the-sort'),
            'd' => fn () => $client->checkoutSessions->createAsync(['amount' => -1]),
        ], 2);
        self::assertSame(['a', 'b', 'c', 'd'], array_keys($results));
        self::assertSame([1, 2], [$results['a']->getAmount(), $results['b']->getAmount()]);
        self::assertInstanceOf(NotFoundError::class, $results['c']);
        self::assertInstanceOf(ValidationError::class, $results['d']);
    }

    public function testSixtyFourCallsAtOnceTakeAboutAsLongAsOne(): void
    {
        $response = ['status' => 200, 'body' => self::session(), 'wait' => 0.0];
        $server = new FaultServer([$response]);
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url]);
        $results = $client->pool(array_fill(0, 64, fn () => $client->checkoutSessions->getAsync('cs_1')));
        self::assertCount(64, $results);
        self::assertContainsOnlyInstancesOf(CheckoutSessions::class, $results);
    }

    public function testAnyOtherEndpoint(): void
    {
        $server = FaultServer::json('{"a":{"b":[1,{"c":null}]},"big":18446744073709551616}');
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url]);
        $result = $client->request('patch', '/things/1', ['query' => ['q' => 'x y'], 'body' => ['z' => 1], 'headers' => ['X-Mine' => 'yes']]);
        self::assertSame(['a' => ['b' => [1, ['c' => null]]], 'big' => '18446744073709551616'], $result);
        [$request] = $server->requests();
        self::assertSame(['PATCH', '/things/1?q=x+y', '{"z":1}'], [$request['method'], $request['path'], $request['body']]);
        self::assertSame('yes', $request['headers']['x-mine']);
    }

    public function testAnUnpaidInvoiceIsAPaymentRequired(): void
    {
        $server = FaultServer::json('{"payment_required":true,"reason":"invoice_payment_required","blocking_invoice":{"invoice_id":"in_1","checkout_url":"https://example.com/pay"}}', 201);
        $response = (new LomiClient('lomi_sk_test_1', ['base_url' => $server->url]))->checkoutSessions->create(self::EXAMPLE);
        self::assertInstanceOf(PaymentRequired::class, $response);
        self::assertSame('https://example.com/pay', $response->getBlockingInvoice()->getCheckoutUrl());
    }

    /** @dataProvider wrongSettings */
    public function testWrongSettingsAreRefusedBeforeAnythingIsSent(array $arguments, string $said): void
    {
        $e = self::thrownBy(fn () => new LomiClient(...$arguments));
        self::assertInstanceOf(ConfigurationError::class, $e);
        self::assertStringContainsString($said, $e->getMessage());
    }

    public static function wrongSettings(): array
    {
        return [
            'no key' => [[], 'LOMI_API_KEY'],
            'publishable key' => [['lomi_pk_test_1'], 'publishable'],
            'line break in the key' => [["lomi_sk_test_1\n"], 'line break'],
            'not encrypted' => [['lomi_sk_test_1', ['base_url' => 'http://example.com']], 'https'],
            'unknown option' => [['lomi_sk_test_1', ['tiemout' => 5]], 'tiemout'],
            'no HTTP client' => [['lomi_sk_test_1', ['http_client' => new \stdClass()]], 'http_client'],
        ];
    }

    /** @dataProvider wrongCalls */
    public function testWrongArgumentsAreRefusedBeforeAnythingIsSent(callable $call): void
    {
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1']);
        self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $call($client->checkoutSessions)));
    }

    public static function wrongCalls(): array
    {
        return [
            'empty id' => [fn ($sessions) => $sessions->get('')],
            'dots' => [fn ($sessions) => $sessions->get('..')],
            'control character' => [fn ($sessions) => $sessions->get("a\nb")],
            'NaN' => [fn ($sessions) => $sessions->create(['amount' => NAN])],
            'negative' => [fn ($sessions) => $sessions->create(['amount' => -5])],
            'zero' => [fn ($sessions) => $sessions->create(['amount' => 0])],
            'unknown option' => [fn ($sessions) => $sessions->get('a', ['idempotencykey' => 'x'])],
            'timeout 0' => [fn ($sessions) => $sessions->get('a', ['timeout' => 0])],
            'not UTF-8' => [fn ($sessions) => $sessions->create(['title' => "\xff"])],
            'a closure' => [fn ($sessions) => $sessions->create(['title' => fn () => 1])],
        ];
    }

    public function testTheKeyOfTheEnvironmentAndOfPhpIni(): void
    {
        $server = FaultServer::json(self::session());
        $code = '(new LomiSDK\LomiClient())->checkoutSessions->get("a");';
        Support\Process::php($code, [], ['LOMI_API_KEY' => 'lomi_sk_test_env', 'LOMI_BASE_URL' => $server->url]);
        Support\Process::php($code, ['-d', 'lomi.api_key=lomi_sk_test_ini', '-d', "lomi.base_url=$server->url"]);
        $keys = array_map(fn ($request) => $request['headers']['x-api-key'], $server->requests());
        self::assertSame(['lomi_sk_test_env', 'lomi_sk_test_ini'], $keys);
    }

    /** @dataProvider transports */
    public function testTheLoggerGetsEveryAttemptAndNothingPrivate(callable $transport): void
    {
        $http = $transport();
        $entries = [];
        $logger = function (array $entry) use (&$entries): void {
            $entries[] = $entry;
            throw new \RuntimeException('broken');
        };
        $client = self::client(['logger' => $logger] + ($http === null ? [] : ['http_client' => $http]));
        $id = $client->checkoutSessions->create(self::EXAMPLE)['checkout_session_id'];
        try {
            $client->checkoutSessions->get('nobody');
            self::fail('there is no such session');
        } catch (NotFoundError) {
        }
        self::assertSame(['POST', 'GET'], array_column($entries, 'method'));
        self::assertSame([201, 404], array_column($entries, 'status'));
        self::assertStringEndsWith('/{session_id}', $entries[1]['route']);
        self::assertSame([1, 1], array_column($entries, 'attempt'));
        self::assertStringNotContainsString($id, json_encode($entries));
        self::assertStringNotContainsString('lomi_sk', json_encode($entries));
        $this->expectException(ConfigurationError::class);
        self::client(['logger' => 'no such function']);
    }
}
