<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Names of headers, and values that are not there. */
final class HeadersTest extends SandboxTestCase
{
    private const SENT = [
        'content-type' => 'application/json',
        'ETAG' => '"1"',
        'x-RateLimit-remaining' => '7',
        'WWW-Authenticate' => 'ApiKey',
        'x-request-id' => 'req_1',
    ];

    private const USUAL = ['Content-Type', 'ETag', 'WWW-Authenticate', 'X-RateLimit-Remaining', 'X-Request-Id'];

    /** @dataProvider transports */
    public function testNamesAreInTheirUsualCaseHoweverTheServerWritesThem(callable $transport): void
    {
        $server = new FaultServer([['body' => self::session(), 'headers' => self::SENT], ['status' => 404, 'headers' => self::SENT]]);
        $api = new CheckoutSessionsApi($transport(), self::config($server->url));
        [, , $headers] = $api->retrieveCheckoutSessionWithHttpInfo('cs_1');
        self::assertSame([], array_diff(self::USUAL, array_keys($headers)));
        self::assertSame(['"1"'], $headers['ETag']);
        try {
            $api->retrieveCheckoutSession('cs_1');
            self::fail('there is no such session');
        } catch (ApiException $e) {
            self::assertSame([], array_diff(self::USUAL, array_keys($e->getResponseHeaders())));
            foreach (['ETag', 'etag', 'ETAG'] as $name) {
                self::assertSame('"1"', $e->getResponseHeader($name));
            }
            self::assertNull($e->getResponseHeader('X-Nothing'));
        }
        self::assertNull((new ApiException('made by hand'))->getResponseHeader('ETag'));
        self::assertSame('a, b', (new ApiException('m', 400, ['Vary' => ['a', 'b']]))->getResponseHeader('vary'));
    }

    /** @dataProvider transports */
    public function testWhatIsNotThereIsNeverDeprecated(callable $transport): void
    {
        $empty = array_fill_keys(array_keys(\LomiSDK\Model\CheckoutSessions::attributeMap()), null);
        $empty['checkout_session_id'] = 'cs_1';
        $given = ['checkout_session_id' => 'cs_1'];
        $server = new FaultServer([
            ['body' => json_encode($empty)],
            ['body' => json_encode($empty)],
            ['status' => 500, 'body' => ''],
            ['status' => 500, 'body' => 'null'],
            ['status' => 500, 'body' => '{"error":null,"message":null}'],
        ]);
        set_error_handler(fn (int $level, string $said) => throw new \ErrorException($said, 0, $level));
        try {
            $options = ['base_url' => $server->url, 'max_retries' => 0] + ($transport() === null ? [] : ['http_client' => $transport()]);
            $client = new LomiClient('lomi_sk_test_1', $options);
            $api = new CheckoutSessionsApi($transport(), self::config($server->url));
            foreach ([$client->checkoutSessions->get('cs_1'), $api->retrieveCheckoutSession('cs_1')] as $session) {
                foreach (array_diff_key($session::getters(), $given) as $field => $getter) {
                    self::assertEmpty($session->$getter());
                    self::assertSame($session[$field], $session->$getter());
                    self::assertSame($session->$getter() !== null, isset($session[$field]));
                    self::assertNull($session->original($field));
                }
                self::assertSame(json_encode($given + ['metadata' => new \stdClass()]), json_encode($session));
                self::assertSame($given + ['metadata' => []], $session->toArray());
                iterator_to_array($session);
                print_r($session, true);
                self::assertNull($session->getLastResponse()->getHeader('X-Nothing'));
                self::assertNull($session->getLastResponse()->getIdempotencyKey());
            }
            for ($i = 0; $i < 3; $i++) {
                try {
                    $client->checkoutSessions->get('cs_1');
                    self::fail('the server failed');
                } catch (ApiException $e) {
                    foreach (['getResponseBody', 'getResponseObject', 'getApiCode', 'getDetails', 'getRetryAfter', 'getIdempotencyKey', 'getParsedBody', '__toString'] as $getter) {
                        $e->$getter();
                    }
                }
            }
        } finally {
            restore_error_handler();
        }
    }
}
