<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\ServerError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** What an exception knows of its call: each attempt, the server's message, the bytes of the body. */
final class ErrorMembersTest extends SandboxTestCase
{
    /** A failure that asks for no pause. */
    private static function failure(string $id, string $message): array
    {
        $body = json_encode(['error' => ['code' => 'unavailable', 'message' => $message]]);
        return ['status' => 503, 'body' => $body, 'headers' => ['Content-Type' => 'application/json', 'Retry-After' => '0', 'X-Request-Id' => $id]];
    }

    /** @dataProvider transports */
    public function testTheHistoryHasEachAttempt(callable $transport): void
    {
        $server = new FaultServer([self::failure('req_1', 'busy'), self::failure('req_2', 'still busy, lomi_sk_test_1')]);
        $options = ['base_url' => $server->url, 'max_retries' => 1] + ($transport() === null ? [] : ['http_client' => $transport()]);
        $modern = self::thrownBy(fn () => (new LomiClient('lomi_sk_test_1', $options))->checkoutSessions->get('cs_1'));
        $server = new FaultServer([self::failure('req_1', 'busy'), self::failure('req_2', 'still busy, lomi_sk_test_1')]);
        $config = self::config($server->url)->setMaxRetries(1);
        $documented = self::thrownBy(fn () => (new CheckoutSessionsApi($transport(), $config))->retrieveCheckoutSession('cs_1'));
        foreach ([$modern, $documented] as $thrown) {
            self::assertInstanceOf(ServerError::class, $thrown);
            foreach ([$thrown, unserialize(serialize($thrown))] as $read) {
                self::assertSame(2, $read->getAttempts());
                $history = $read->getHistory();
                self::assertTrue(array_is_list($history));
                self::assertSame([503, 503], array_column($history, 'status'));
                self::assertSame(['req_1', 'req_2'], array_column($history, 'request_id'));
                foreach ($history as $attempt) {
                    self::assertSame(['method', 'route', 'status', 'failure', 'milliseconds', 'request_id'], array_keys($attempt));
                    self::assertSame(['GET', null], [$attempt['method'], $attempt['failure']]);
                    self::assertStringNotContainsString('cs_1', $attempt['route']);
                    self::assertIsInt($attempt['milliseconds']);
                }
                self::assertStringStartsWith('still busy, lomi_sk_test_', $read->getServerMessage());
                self::assertStringNotContainsString('lomi_sk_test_1', $read->getServerMessage());
            }
        }
    }

    public function testAnAttemptWithoutAResponseHasAFailure(): void
    {
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1', 'max_retries' => 0]);
        $thrown = self::thrownBy(fn () => $client->checkoutSessions->get('cs_1'));
        self::assertInstanceOf(APIConnectionError::class, $thrown);
        [$attempt] = $thrown->getHistory();
        self::assertSame([null, 'APIConnectionError'], [$attempt['status'], $attempt['failure']]);
        self::assertNull($thrown->getServerMessage());
    }

    public function testAnExceptionWithoutACallHasNone(): void
    {
        $client = new LomiClient('lomi_sk_test_1');
        $thrown = self::thrownBy(fn () => $client->checkoutSessions->create(['amount' => -1]));
        self::assertInstanceOf(ValidationError::class, $thrown);
        foreach ([$thrown, new ApiException('gone', 404)] as $none) {
            self::assertSame([[], null], [$none->getHistory(), $none->getServerMessage()]);
        }
    }

    /** @dataProvider transports */
    public function testTheBodyHasTheBytesOfTheResponse(callable $transport): void
    {
        $body = "{\"message\": \"caf\xe9\"}";
        $server = new FaultServer([['status' => 400, 'base64' => base64_encode($body)]]);
        $options = ['base_url' => $server->url] + ($transport() === null ? [] : ['http_client' => $transport()]);
        $thrown = self::thrownBy(fn () => (new LomiClient('lomi_sk_test_1', $options))->checkoutSessions->get('cs_1'));
        self::assertSame($body, $thrown->getResponseBody());
        self::assertSame($body, unserialize(serialize($thrown))->getResponseBody());
        self::assertSame(['message' => "caf\u{fffd}"], $thrown->getParsedBody());
    }
}
