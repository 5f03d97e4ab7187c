<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\Configuration;
use LomiSDK\LomiClient;
use PHPUnit\Framework\TestCase;

/** What most tests need: the sandbox, and both surfaces of the SDK pointed at it. */
abstract class SandboxTestCase extends TestCase
{
    /** The example body of the documents. */
    protected const EXAMPLE = [
        'amount' => 15000,
        'currency_code' => 'XOF',
        'product_id' => 'prod_1234567890abcdef',
        'success_url' => 'https://example.com/success',
        'cancel_url' => 'https://example.com/cancel',
        'customer_email' => 'customer@example.com',
    ];

    protected static function config(?string $host = null): Configuration
    {
        return (new Configuration())
            ->setApiKey('X-API-KEY', Sandbox::shared()->key)
            ->setHost($host ?? Sandbox::shared()->url . '/v1');
    }

    protected static function api(?object $http = null, ?string $host = null): CheckoutSessionsApi
    {
        return new CheckoutSessionsApi($http, self::config($host));
    }

    protected static function client(array $options = []): LomiClient
    {
        return new LomiClient(Sandbox::shared()->key, $options + ['base_url' => Sandbox::shared()->url . '/v1']);
    }

    /** Both transports: the extension's HTTP, and Guzzle. */
    public static function transports(): array
    {
        return ['built-in' => [fn () => null], 'Guzzle' => [fn () => new \GuzzleHttp\Client()]];
    }

    /** A session as the server would send it. */
    protected static function session(array $more = []): string
    {
        return json_encode($more + ['checkout_session_id' => 'cs_1', 'amount' => 10000, 'currency_code' => 'XOF', 'status' => 'open']);
    }

    /** The exception that a call throws. */
    protected static function thrownBy(callable $call): \Throwable
    {
        try {
            $call();
        } catch (\Throwable $e) {
            return $e;
        }
        self::fail('nothing was thrown');
    }
}
