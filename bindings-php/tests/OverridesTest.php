<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\Configuration;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\HeaderSelector;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Subclasses of the documented classes that override what the generated client calls. */
final class OverridesTest extends SandboxTestCase
{
    private FaultServer $server;

    protected function setUp(): void
    {
        $this->server = FaultServer::json(self::session());
    }

    private function configuration(): Configuration
    {
        return self::config($this->server->url);
    }

    /** @return list<?string> the header of each request that came */
    private function sent(string $header = 'idempotency-key'): array
    {
        return array_map(fn (array $request) => $request['headers'][$header] ?? null, $this->server->requests());
    }

    /** The forms that send a call. */
    private static function callEach(CheckoutSessionsApi $api): void
    {
        $api->createCheckoutSession(self::EXAMPLE);
        $api->createCheckoutSessionWithHttpInfo(self::EXAMPLE);
        $api->createCheckoutSessionAsync(self::EXAMPLE)->wait();
        $api->createCheckoutSessionAsyncWithHttpInfo(self::EXAMPLE)->wait();
    }

    /** @dataProvider transports */
    public function testTheHeadersOfAHeaderSelectorAreSent(callable $transport): void
    {
        $selector = new class () extends HeaderSelector {
            public function selectHeaders(array $accept, string $contentType, bool $isMultipart): array
            {
                return parent::selectHeaders($accept, $contentType, $isMultipart) + ['Idempotency-Key' => 'order-43'];
            }
        };
        $api = new CheckoutSessionsApi($transport(), $this->configuration(), $selector);
        self::callEach($api);
        self::assertSame(array_fill(0, 4, 'order-43'), $this->sent());
        self::assertSame(array_fill(0, 4, 'application/json'), $this->sent('content-type'));
        self::assertSame('order-43', $api->createCheckoutSessionRequest(self::EXAMPLE)->getHeaderLine('Idempotency-Key'));
    }

    /** @dataProvider transports */
    public function testTheHeadersOfAnOverriddenRequestAreSent(callable $transport): void
    {
        $api = new class ($transport(), $this->configuration()) extends CheckoutSessionsApi {
            public function createCheckoutSessionRequest($checkout_sessions_create, string $contentType = 'application/json')
            {
                return parent::createCheckoutSessionRequest($checkout_sessions_create, $contentType)
                    ->withHeader('Idempotency-Key', 'order-44')->withHeader('X-Shop', 'dakar');
            }
        };
        self::callEach($api);
        self::assertSame(array_fill(0, 4, 'order-44'), $this->sent());
        self::assertSame(array_fill(0, 4, 'dakar'), $this->sent('x-shop'));
    }

    /** @dataProvider transports */
    public function testARequestWithAnotherBodyIsRefused(callable $transport): void
    {
        $api = new class ($transport(), $this->configuration()) extends CheckoutSessionsApi {
            public function createCheckoutSessionRequest($checkout_sessions_create, string $contentType = 'application/json')
            {
                $body = \GuzzleHttp\Psr7\Utils::streamFor('{"amount":1}');
                return parent::createCheckoutSessionRequest($checkout_sessions_create, $contentType)->withBody($body);
            }
        };
        $error = self::thrownBy(fn () => $api->createCheckoutSession(self::EXAMPLE));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('createCheckoutSessionRequest()', $error->getMessage());
        self::assertSame([], $this->server->requests());
    }

    /** @dataProvider transports */
    public function testTheHttpOptionsOfASubclassAreUsed(callable $transport): void
    {
        $api = $this->withHttpOptions($transport(), ['headers' => ['Idempotency-Key' => 'order-45'], 'timeout' => 20, 'connect_timeout' => 0]);
        self::callEach($api);
        self::assertSame(array_fill(0, 4, 'order-45'), $this->sent());
        $error = self::thrownBy(fn () => $this->withHttpOptions($transport(), ['proxy' => 'http://127.0.0.1:1'])->createCheckoutSession(self::EXAMPLE));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('proxy', $error->getMessage());
        self::assertCount(4, $this->server->requests());
    }

    private function withHttpOptions(?object $http, array $more): CheckoutSessionsApi
    {
        $api = new class ($http, $this->configuration()) extends CheckoutSessionsApi {
            public array $more = [];

            protected function createHttpClientOption()
            {
                return $this->more + parent::createHttpClientOption();
            }
        };
        $api->more = $more;
        return $api;
    }

    /** @dataProvider transports */
    public function testTheKeyWithItsPrefixIsAskedFor(callable $transport): void
    {
        $config = new class () extends Configuration {
            public function getApiKeyWithPrefix($apiKeyIdentifier)
            {
                return 'Vault lomi_sk_test_vault';
            }
        };
        $api = new CheckoutSessionsApi($transport(), $config->setHost($this->server->url));
        $api->createCheckoutSession(self::EXAMPLE);
        self::assertSame(['Vault lomi_sk_test_vault'], $this->sent('x-api-key'));
    }

    public function testASubclassThatOverridesNothingSendsAsBefore(): void
    {
        $api = new class (null, $this->configuration()) extends CheckoutSessionsApi {
        };
        self::callEach($api);
        self::assertCount(4, array_unique($this->sent()));
    }
}
