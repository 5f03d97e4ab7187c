<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\BadRequestError;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Exception\ServerError;
use LomiSDK\Exception\UnexpectedRedirectError;
use LomiSDK\Exception\UnexpectedResponseError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Keys given as headers, errors of writes that may have been done, and logs that fail. */
final class OutcomesTest extends SandboxTestCase
{
    /** @var list<FaultServer> kept until the test is over */
    private static array $servers = [];

    protected function tearDown(): void
    {
        self::$servers = [];
    }

    private static function clientAt(FaultServer $server, callable $transport, array $options = []): LomiClient
    {
        self::$servers[] = $server;
        $http = $transport();
        return new LomiClient('lomi_sk_test_1', $options + ['base_url' => $server->url] + ($http === null ? [] : ['http_client' => $http]));
    }

    /** @dataProvider transports */
    public function testAKeyInTheHeadersIsTheKey(callable $transport): void
    {
        foreach (['Idempotency-Key', 'idempotency-key', 'IDEMPOTENCY-KEY'] as $name) {
            $server = FaultServer::json('{}', 500);
            $client = self::clientAt($server, $transport, ['max_retries' => 1]);
            $error = self::thrownBy(fn () => $client->checkoutSessions->create(['amount' => 1], ['headers' => [$name => 'order-77', 'X-Request-Id' => 'r-7']]));
            self::assertSame(['order-77', 'r-7'], [$error->getIdempotencyKey(), $error->getRequestId()]);
            self::assertStringContainsString('idempotency key order-77', $error->getMessage());
            $sent = array_map(fn (array $request) => [$request['headers']['idempotency-key'], $request['headers']['x-request-id']], $server->requests());
            self::assertSame([['order-77', 'r-7'], ['order-77', 'r-7']], $sent);
        }
    }

    /** @dataProvider transports */
    public function testAKeyThatCannotBeIntendedIsRefused(callable $transport): void
    {
        $server = FaultServer::json(self::session());
        $client = self::clientAt($server, $transport);
        foreach ([
            ['headers' => ['Idempotency-Key' => '']],
            ['headers' => ['Idempotency-Key' => ' ']],
            ['headers' => ['X-Request-Id' => ' ']],
            ['headers' => ['idempotency-key' => 'a'], 'idempotency_key' => 'b'],
            ['headers' => ['Idempotency-Key' => ['a', 'b']]],
            ['headers' => ['Idempotency-Key' => true]],
            ['idempotency_key' => true],
            ['idempotency_key' => false],
            ['idempotency_key' => 0],
            ['idempotency_key' => 7],
            ['idempotency_key' => 1e20],
            ['account' => true],
        ] as $options) {
            $error = self::thrownBy(fn () => $client->checkoutSessions->create(['amount' => 1], $options));
            self::assertInstanceOf(ValidationError::class, $error);
        }
        self::assertSame([], $server->requests());
    }

    public function testOneKeyForAllCallsIsRefused(): void
    {
        $error = self::thrownBy(fn () => new LomiClient('lomi_sk_test_1', ['headers' => ['idempotency-key' => 'a']]));
        self::assertInstanceOf(ConfigurationError::class, $error);
        $server = FaultServer::json(self::session());
        $guzzle = new \GuzzleHttp\Client(['headers' => ['Idempotency-Key' => 'a']]);
        $error = self::thrownBy(fn () => self::clientAt($server, fn () => $guzzle)->checkoutSessions->update('a', ['title' => 'T']));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('one key for all calls', $error->getMessage());
        self::assertSame([], $server->requests());
    }

    /** @dataProvider transports */
    public function testEveryUnknownOutcomeIsCaughtAsOne(callable $transport): void
    {
        foreach ([
            [['status' => 502], ServerError::class, 'ServerError'],
            [['status' => 200, 'body' => '<html>'], UnexpectedResponseError::class, 'UnexpectedResponseError'],
            [['status' => 303, 'headers' => ['Location' => '/x']], UnexpectedRedirectError::class, 'UnexpectedRedirectError'],
            [['raw' => ''], APIConnectionError::class, 'OutcomeUnknownError'],
        ] as [$response, $class, $kind]) {
            $client = self::clientAt(new FaultServer([$response]), $transport, ['max_retries' => 0]);
            foreach ([
                fn () => $client->checkoutSessions->create(['amount' => 1]),
                fn () => $client->request('POST', '/refunds', ['body' => ['amount' => 1]]),
            ] as $write) {
                try {
                    $write();
                    self::fail('it did not fail');
                } catch (OutcomeUnknownError $error) {
                    self::assertInstanceOf($class, $error);
                    self::assertSame([$kind, 'unknown'], [$error->getKind(), $error->getOutcome()]);
                    self::assertNotNull($error->getIdempotencyKey());
                }
            }
            $read = self::thrownBy(fn () => $client->checkoutSessions->get('a'));
            self::assertInstanceOf($class, $read);
            self::assertNotInstanceOf(OutcomeUnknownError::class, $read);
        }
        $refused = self::thrownBy(fn () => self::clientAt(FaultServer::json('{}', 400), $transport)->checkoutSessions->create(['amount' => 1]));
        self::assertSame(BadRequestError::class, $refused::class);
    }

    public function testALogThatCannotBeWrittenChangesNothing(): void
    {
        $server = FaultServer::json(self::session(), 201);
        $code = "echo (new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url']))->checkoutSessions->create(['amount' => 1])['checkout_session_id'];";
        $php = implode(' ', array_map('escapeshellarg', [PHP_BINARY, '-n', ...Process::extensions(), '-r', $code]));
        foreach (['2>/dev/full', '2>&-'] as $stderr) {
            self::assertSame('cs_1', shell_exec("LOMI_LOG=info $php $stderr"));
        }
    }

    /** @dataProvider transports */
    public function testADebugFileThatCannotBeWrittenChangesNothing(callable $transport): void
    {
        $config = (new \LomiSDK\Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setDebug(true)->setDebugFile('/nonexistent/log');
        set_error_handler(fn (int $number, string $message) => throw new \ErrorException($message));
        try {
            $api = new \LomiSDK\Api\CheckoutSessionsApi($transport(), $config->setHost(FaultServer::json(self::session())->url));
            $server = FaultServer::json(self::session(), 201);
            $api->getConfig()->setHost($server->url);
            self::assertSame('cs_1', $api->createCheckoutSession(['amount' => 1])->getCheckoutSessionId());
            $server = FaultServer::json('{}', 400);
            $api->getConfig()->setHost($server->url);
            self::assertInstanceOf(BadRequestError::class, self::thrownBy(fn () => $api->createCheckoutSession(['amount' => 1])));
        } finally {
            restore_error_handler();
        }
    }

    /** @dataProvider transports */
    public function testALoggerThatThrowsChangesNoError(callable $transport): void
    {
        $logger = fn () => throw new \Error('broken');
        $client = self::clientAt(new FaultServer([['status' => 502]]), $transport, ['max_retries' => 0, 'logger' => $logger]);
        self::assertInstanceOf(ServerError::class, self::thrownBy(fn () => $client->checkoutSessions->create(['amount' => 1])));
    }
}
