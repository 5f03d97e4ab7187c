<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\APITimeoutError;
use LomiSDK\Exception\UnexpectedRedirectError;
use LomiSDK\Exception\UnexpectedResponseError;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\CheckoutSessionsCreate;
use LomiSDK\Model\Error;
use LomiSDK\ObjectSerializer;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** One test for each defect of the generated SDK: none of them is ours. */
final class DefectsTest extends SandboxTestCase
{
    /** @var list<FaultServer> kept until the test is over */
    private static array $servers = [];

    protected function tearDown(): void
    {
        self::$servers = [];
    }

    /** An Api that sends to the test's server. */
    private static function apiAt(FaultServer $server, ?object $http = null): CheckoutSessionsApi
    {
        self::$servers[] = $server;
        return new CheckoutSessionsApi($http, (new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost($server->url)->setMaxRetries(0));
    }

    /** What is sent for a body. */
    private static function sent(array|object $body): string
    {
        return (string) self::api()->createCheckoutSessionRequest($body)->getBody();
    }

    public function testDefect1UrlAndCheckoutUrlAreKept(): void
    {
        foreach (['url', 'checkout_url'] as $name) {
            $session = self::apiAt(FaultServer::json(self::session([$name => 'https://pay.example/1'])))->retrieveCheckoutSession('cs_1');
            self::assertSame('https://pay.example/1', $session->getUrl());
            self::assertSame('https://pay.example/1', $session->getCheckoutUrl());
            self::assertSame('https://pay.example/1', $session['checkout_url']);
        }
    }

    public function testDefect2AnEnvelopeIsOpened(): void
    {
        foreach (['{"data":%s}', '{"success":true,"data":%s}', '[%s]', '{"data":[%s]}'] as $envelope) {
            $server = FaultServer::json(sprintf($envelope, self::session()));
            self::assertSame('cs_1', self::apiAt($server)->retrieveCheckoutSession('cs_1')->getCheckoutSessionId(), $envelope);
        }
    }

    /** @dataProvider noSession */
    public function testDefect2WhatIsNoSessionIsAnError(string $body): void
    {
        foreach (self::transports() as [$transport]) {
            $e = self::thrownBy(fn () => self::apiAt(FaultServer::json($body), $transport())->retrieveCheckoutSession('cs_1'));
            self::assertInstanceOf(UnexpectedResponseError::class, $e);
            self::assertSame(200, $e->getCode());
            self::assertSame($body, $e->getResponseBody());
        }
        $this->expectException(UnexpectedResponseError::class);
        ObjectSerializer::deserialize($body === '' ? 'x' : $body, '\LomiSDK\Model\CheckoutSessions')
            ?? throw new UnexpectedResponseError('null stays null');
    }

    public static function noSession(): array
    {
        return [
            'HTML' => ['<!doctype html><title>Log in</title>'],
            'nothing' => [''],
            'null' => ['null'],
            'text' => ['"hello"'],
            'number' => ['5'],
            'empty list' => ['[]'],
            'broken' => ['{"checkout_session_id":"cs_1"'],
        ];
    }

    public function testDefect3AllowedProvidersStayAList(): void
    {
        self::assertSame('{"allowed_providers":["WAVE","MTN"]}', self::sent((new CheckoutSessionsCreate())->setAllowedProviders(['WAVE', 'MTN'])));
        self::assertSame('{"allowed_providers":"WAVE"}', self::sent(['allowed_providers' => 'WAVE']));
        $session = ObjectSerializer::deserialize(self::session(['allowed_providers' => ['WAVE']]), CheckoutSessions::class);
        self::assertSame(['WAVE'], $session->getAllowedProviders());
    }

    public function testDefect4EmptyMetadataIsAnObject(): void
    {
        foreach ([[], new \stdClass()] as $empty) {
            self::assertSame('{"metadata":{}}', self::sent(['metadata' => $empty]));
            self::assertSame('{"metadata":{}}', self::sent(new CheckoutSessionsCreate(['metadata' => $empty])));
            self::assertSame('{"metadata":{}}', json_encode(new CheckoutSessionsCreate(['metadata' => $empty])));
        }
    }

    public function testDefect5EveryDateIsSentAndRead(): void
    {
        $moment = new \DateTimeImmutable('2026-01-02T03:04:05+00:00');
        self::assertSame('{"expires_at":"2026-01-02T03:04:05+00:00"}', self::sent(['expires_at' => $moment]));
        self::assertSame('{"expires_at":"2026-01-02T03:04:05+00:00"}', self::sent((new CheckoutSessionsCreate())->setExpiresAt(\DateTime::createFromImmutable($moment))));
        $session = ObjectSerializer::deserialize(self::session(['created_at' => '2026-01-02T03:04:05.678Z', 'expires_at' => 'soon']), CheckoutSessions::class);
        self::assertInstanceOf(\DateTime::class, $session->getCreatedAt());
        self::assertSame('2026-01-02 03:04:05', $session->getCreatedAt()->format('Y-m-d H:i:s'));
        self::assertSame('soon', $session->getExpiresAt());
    }

    public function testDefect6AFailureIsAnExceptionWhateverTheClientIsSetTo(): void
    {
        foreach ([400, 401, 404, 500] as $status) {
            $http = new \GuzzleHttp\Client(['http_errors' => false]);
            $server = FaultServer::json('{"error":{"code":"c","message":"m"}}', $status);
            foreach ([fn ($api) => $api->retrieveCheckoutSession('a'), fn ($api) => $api->deleteCheckoutSession('a')] as $call) {
                $e = self::thrownBy(fn () => $call(self::apiAt($server, $http)));
                self::assertInstanceOf(ApiException::class, $e);
                self::assertSame($status, $e->getCode());
            }
        }
    }

    public function testDefect7AsyncFailsAsTheOthersDo(): void
    {
        foreach (self::transports() as [$transport]) {
            $api = new CheckoutSessionsApi($transport(), self::config('http://127.0.0.1:1')->setMaxRetries(0));
            self::assertInstanceOf(APIConnectionError::class, self::thrownBy(fn () => $api->retrieveCheckoutSessionAsync('a')->wait()));
            $broken = self::apiAt(FaultServer::json('{"a"'), $transport());
            self::assertInstanceOf(UnexpectedResponseError::class, self::thrownBy(fn () => $broken->retrieveCheckoutSessionAsync('a')->wait()));
            $failing = self::apiAt(FaultServer::json('{"error":{"code":"c","message":"m"}}', 404), $transport());
            $e = self::thrownBy(fn () => $failing->retrieveCheckoutSessionAsync('a')->wait());
            self::assertSame('c', $e->getResponseObject()->getError()->getCode());
        }
    }

    public function testDefect8EveryStatusHasAResponseObject(): void
    {
        foreach ([403, 409, 422, 429, 503, 418] as $status) {
            $e = self::thrownBy(fn () => self::apiAt(FaultServer::json('{"error":{"code":"c","message":"m","details":{"a":1}}}', $status))->retrieveCheckoutSession('a'));
            self::assertInstanceOf(Error::class, $e->getResponseObject(), (string) $status);
            self::assertSame(['c', 'm', ['a' => 1]], [$e->getResponseObject()->getError()->getCode(), $e->getResponseObject()->getError()->getMessage(), $e->getDetails()]);
        }
    }

    public function testDefect9EveryShapeOfErrorBodyIsRead(): void
    {
        foreach ([
            '{"error":"text"}' => 'text',
            '{"statusCode":400,"message":["a","b"],"error":"Bad Request"}' => 'a; b',
            '{"code":"x","message":"text","details":"why"}' => 'text',
            '{"error":{"message":"text","details":"why"}}' => 'text',
        ] as $body => $message) {
            $e = self::thrownBy(fn () => self::apiAt(FaultServer::json($body, 400))->retrieveCheckoutSession('a'));
            // The details are part of our sentence; the documented model has the server's own.
            self::assertSame("[400] $message" . (str_contains($body, 'why') ? ': why' : ''), $e->getMessage());
            self::assertSame($message, $e->getResponseObject()->getError()->getMessage());
            if (str_contains($body, 'why')) {
                self::assertSame('why', $e->getDetails());
                self::assertSame('why', $e->getResponseObject()->getError()->getDetails());
            }
        }
    }

    public function testDefect10NoIdReachesAnotherAddress(): void
    {
        $server = FaultServer::json(self::session());
        foreach (['', '.', '..', "a\nb"] as $id) {
            self::assertInstanceOf(ApiException::class, self::thrownBy(fn () => self::apiAt($server)->deleteCheckoutSession($id)), $id);
        }
        foreach (['a/b', '../refunds', 'a?x=1', 'a#f', '%2e%2e', 'é'] as $id) {
            self::apiAt($server)->retrieveCheckoutSession($id);
        }
        foreach ($server->requests() as $request) {
            self::assertSame(2, substr_count($request['path'], '/'), $request['path']);
            self::assertStringNotContainsString('?', $request['path']);
        }
        self::assertCount(6, $server->requests());
    }

    public function testDefect11TheHostIndexChoosesTheHost(): void
    {
        $api = new CheckoutSessionsApi(null, new Configuration(), null, 1);
        self::assertSame('sandbox.api.lomi.africa', $api->listCheckoutSessionsRequest()->getUri()->getHost());
        $api->setHostIndex(0);
        self::assertSame('api.lomi.africa', $api->listCheckoutSessionsRequest()->getUri()->getHost());
        $api->setHostIndex(7);
        $this->expectException(\InvalidArgumentException::class);
        $api->listCheckoutSessionsRequest();
    }

    public function testDefect12ThereAreDeadlinesRetriesAndIdempotencyKeys(): void
    {
        foreach (self::transports() as [$transport]) {
            $slow = new FaultServer([['body' => self::session(), 'wait' => 3.0]]);
            $api = self::apiAt($slow, $transport());
            $api->getConfig()->setTimeout(0.3);
            $started = microtime(true);
            self::assertInstanceOf(APITimeoutError::class, self::thrownBy(fn () => $api->retrieveCheckoutSession('a')));
            self::assertLessThan(1.5, microtime(true) - $started);

            $shaky = new FaultServer([['status' => 500], ['status' => 502], ['status' => 201, 'body' => self::session()]]);
            $api = self::apiAt($shaky, $transport());
            $api->getConfig()->setMaxRetries(2);
            $session = $api->createCheckoutSession(self::EXAMPLE);
            self::assertSame(3, $session->getLastResponse()->getAttempts());
            $keys = array_map(fn ($request) => $request['headers']['idempotency-key'], $shaky->requests());
            self::assertCount(3, $keys);
            self::assertCount(1, array_unique($keys));
            self::assertSame($keys[0], $session->getLastResponse()->getIdempotencyKey());
        }
    }

    public function testDefect13ReadingWhatIsUnsetIsSilent(): void
    {
        $session = new CheckoutSessions(['amount' => 5]);
        unset($session['amount']);
        self::assertNull($session->getAmount());
        self::assertNull($session['amount']);
        self::assertNull($session['no_such_field']);
        self::assertFalse(isset($session['amount']));
    }

    public function testDefect14ABodyIsJsonOrRefused(): void
    {
        $e = self::thrownBy(fn () => self::api()->createCheckoutSessionRequest(self::EXAMPLE, 'application/x-www-form-urlencoded'));
        self::assertInstanceOf(\InvalidArgumentException::class, $e);
        $request = self::api()->createCheckoutSessionRequest(self::EXAMPLE, 'application/json; charset=utf-8');
        self::assertSame(['application/json; charset=utf-8'], $request->getHeader('Content-Type'));
    }

    public function testDefect15ABrokenResponseHasNoSession(): void
    {
        $e = self::thrownBy(fn () => self::apiAt(FaultServer::json('{"checkout_session_id":', 201))->createCheckoutSession(self::EXAMPLE));
        self::assertInstanceOf(UnexpectedResponseError::class, $e);
        self::assertSame(201, $e->getCode());
        self::assertNull($e->getResponseObject());
        self::assertSame('unknown', $e->getOutcome());
    }

    public function testDefect16NoRedirectIsFollowed(): void
    {
        foreach (self::transports() as [$transport]) {
            $elsewhere = FaultServer::json(self::session());
            $server = new FaultServer([['status' => 302, 'headers' => ['Location' => "$elsewhere->url/steal"]]]);
            self::assertInstanceOf(UnexpectedRedirectError::class, self::thrownBy(fn () => self::apiAt($server, $transport())->retrieveCheckoutSession('a')));
            self::assertSame([], $elsewhere->requests());
        }
    }

    public function testDefect17DebugShowsNoKey(): void
    {
        foreach (self::transports() as [$transport]) {
            $api = self::apiAt(FaultServer::json(self::session()), $transport());
            $api->getConfig()->setApiKey('X-API-KEY', 'lomi_sk_test_topsecret')->setDebug(true);
            ob_start();
            $api->retrieveCheckoutSession('cs_1');
            $printed = (string) ob_get_clean();
            self::assertStringContainsString('200', $printed);
            self::assertStringNotContainsString('topsecret', $printed);
        }
    }

    public function testDefect18TheDocumentedExampleRunsAsValidPhp(): void
    {
        $config = Configuration::getDefaultConfiguration()->setApiKey('X-API-KEY', Sandbox::shared()->key)->setHost(Sandbox::shared()->url . '/v1');
        try {
            $apiInstance = new \LomiSDK\Api\CheckoutSessionsApi(new \GuzzleHttp\Client(), $config);
            $checkout_sessions_create = json_decode('{"amount":15000,"currency_code":"XOF","product_id":"prod_1234567890abcdef","success_url":"https://example.com/success","cancel_url":"https://example.com/cancel","customer_email":"customer@example.com"}'); // \LomiSDK\Model\CheckoutSessionsCreate
            $result = $apiInstance->createCheckoutSession($checkout_sessions_create);
            $printed = print_r($result, true);
            self::assertStringContainsString('customer@example.com', $printed);
            self::assertStringNotContainsString(Sandbox::shared()->key, $printed);
        } finally {
            Configuration::setDefaultConfiguration(new Configuration());
        }
    }

    public function testDefect19WholeAmountsAreIntegers(): void
    {
        $read = fn (string $digits) => ObjectSerializer::deserialize('{"checkout_session_id":"a","amount":' . $digits . '}', CheckoutSessions::class)->getAmount();
        self::assertSame(10000, $read('10000'));
        self::assertSame(10000, $read('"10000"'));
        self::assertSame(10.5, $read('10.5'));
        self::assertSame(PHP_INT_MAX, $read('9223372036854775807'));
        self::assertSame('9223372036854775808', $read('9223372036854775808'));
        self::assertSame('1e400', $read('1e400'));
        self::assertSame('{"amount":10000}', self::sent(['amount' => 10000.0]));
        self::assertSame('{"amount":10.5}', self::sent(['amount' => 10.5]));
        self::assertSame('{"amount":9007199254740993}', self::sent(['amount' => 9007199254740993]));
    }
}
