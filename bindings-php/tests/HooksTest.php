<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\Configuration;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\LomiClient;
use LomiSDK\RequestEvent;
use LomiSDK\ResponseEvent;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\SandboxTestCase;

/** The hooks `on_request` and `on_response`: one event before each attempt, one after it. */
final class HooksTest extends SandboxTestCase
{
    /** @var list<RequestEvent|ResponseEvent> */
    private array $events = [];

    /** The options of a client whose hooks collect the events. */
    private function collecting(): array
    {
        $collect = function (RequestEvent|ResponseEvent $event): void {
            $this->events[] = $event;
        };
        return ['on_request' => $collect, 'on_response' => $collect];
    }

    private static function clientAt(FaultServer $server, callable $transport, array $options = []): LomiClient
    {
        $http = $transport();
        return new LomiClient('lomi_sk_test_secret', $options + ['base_url' => $server->url] + ($http === null ? [] : ['http_client' => $http]));
    }

    /** Blocking and promised calls, each through the extension's own HTTP and through Guzzle. */
    public static function calls(): array
    {
        $calls = [];
        foreach (self::transports() as $name => [$transport]) {
            $calls["$name, blocking"] = [$transport, fn (LomiClient $client) => $client->checkoutSessions->create(['amount' => 1], ['idempotency_key' => 'order-1', 'request_id' => 'r-1'])];
            $calls["$name, promised"] = [$transport, fn (LomiClient $client) => $client->checkoutSessions->createAsync(['amount' => 1], ['idempotency_key' => 'order-1', 'request_id' => 'r-1'])->wait()];
        }
        return $calls;
    }

    /** @dataProvider calls */
    public function testEveryAttemptHasTwoEventsInOrder(callable $transport, callable $call): void
    {
        $server = new FaultServer([['status' => 503], ['status' => 201, 'body' => self::session(), 'headers' => ['X-Request-Id' => 'of-the-server']]]);
        $session = $call(self::clientAt($server, $transport, $this->collecting()));
        self::assertSame('cs_1', $session->getCheckoutSessionId());
        self::assertSame([RequestEvent::class, ResponseEvent::class, RequestEvent::class, ResponseEvent::class], array_map(fn ($event) => $event::class, $this->events));
        $attempt = ['operation' => 'create_checkout_session', 'method' => 'POST', 'route' => '/checkout-sessions', 'attempt' => 1, 'idempotencyKey' => 'order-1'];
        self::assertSame($attempt + ['requestId' => 'r-1'], get_object_vars($this->events[0]));
        self::assertSame(array_replace($attempt, ['attempt' => 2]) + ['requestId' => 'r-1'], get_object_vars($this->events[2]));
        [, $failed, , $done] = $this->events;
        self::assertSame([503, null, 1, 'r-1'], [$failed->status, $failed->error, $failed->attempt, $failed->requestId]);
        self::assertGreaterThan(0, $failed->retryInMs);
        self::assertGreaterThanOrEqual(0, $failed->elapsedMs);
        self::assertSame([201, null, 2, null, 'of-the-server'], [$done->status, $done->error, $done->attempt, $done->retryInMs, $done->requestId]);
        self::assertStringContainsString('[idempotencyKey] => order-1', print_r($done, true));
    }

    /** @dataProvider transports */
    public function testAnEventHasTheRouteAndTheErrorAndNothingPrivate(callable $transport): void
    {
        $server = new FaultServer([['raw' => 'no HTTP']]);
        $client = self::clientAt($server, $transport, ['max_retries' => 0] + $this->collecting());
        self::thrownBy(fn () => $client->checkoutSessions->get('cs_private'));
        self::assertStringEndsWith('/{session_id}', $this->events[0]->route);
        self::assertSame(null, $this->events[1]->status);
        self::assertNotNull($this->events[1]->error);
        self::assertNull($this->events[1]->idempotencyKey);
        $printed = print_r($this->events, true);
        self::assertStringNotContainsString('private', $printed);
        self::assertStringNotContainsString('secret', $printed);
        $this->expectExceptionMessage('readonly');
        $this->events[1]->status = 200;
    }

    public function testAServerThatIsNotThereIsAConnectionError(): void
    {
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1', 'max_retries' => 0] + $this->collecting());
        self::assertInstanceOf(APIConnectionError::class, self::thrownBy(fn () => $client->checkoutSessions->get('cs_1')));
        self::assertSame(['APIConnectionError', null, null], [$this->events[1]->error, $this->events[1]->status, $this->events[1]->retryInMs]);
    }

    public function testTheRequestIsSentAfterItsEvent(): void
    {
        $server = FaultServer::json(self::session());
        $sent = [];
        $client = self::clientAt($server, fn () => null, ['on_request' => function () use ($server, &$sent) { $sent[] = count($server->requests()); }, 'on_response' => function () use ($server, &$sent) { $sent[] = count($server->requests()); }]);
        $client->checkoutSessions->get('cs_1');
        $client->checkoutSessions->get('cs_1');
        self::assertSame([0, 1, 1, 2], $sent);
    }

    public function testEventsOfAPromiseComeWhileItIsWaitedForAndNotBefore(): void
    {
        $server = new FaultServer([['status' => 503, 'headers' => ['Retry-After' => '1']], ['body' => self::session()]]);
        $times = [];
        $note = function ($event) use (&$times) { $times[] = microtime(true); };
        $promise = self::clientAt($server, fn () => null, ['on_request' => $note, 'on_response' => $note])->checkoutSessions->getAsync('cs_1');
        usleep(100_000);
        self::assertSame([], $times);
        $promise->wait();
        self::assertCount(4, $times);
        self::assertGreaterThan(0.5, $times[3] - $times[1], 'the first attempt was reported during the pause after it');
    }

    public function testTheDocumentedClassesHaveTheSameHooks(): void
    {
        foreach (self::transports() as [$transport]) {
            $this->events = [];
            ['on_request' => $request, 'on_response' => $response] = $this->collecting();
            $config = (new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1');
            self::assertNull($config->getOnRequest());
            self::assertSame($config, $config->setOnRequest($request)->setOnResponse($response));
            self::assertSame([$request, $response], [$config->getOnRequest(), $config->getOnResponse()]);
            $server = FaultServer::json(self::session());
            $api = new CheckoutSessionsApi($transport(), $config->setHost($server->url));
            $api->retrieveCheckoutSession('cs_1');
            $api->retrieveCheckoutSessionAsync('cs_1')->wait();
            self::assertCount(4, $this->events);
            $api->retrieveCheckoutSessionRequest('cs_1');
            $config->setOnRequest(null)->setOnResponse(null);
            $api->retrieveCheckoutSession('cs_1');
            self::assertCount(4, $this->events);
        }
    }

    /** @dataProvider calls */
    public function testAHookThatThrowsChangesNothingAndIsReportedOnce(callable $transport, callable $call): void
    {
        $log = tempnam(sys_get_temp_dir(), 'lomi-log');
        $before = ini_set('error_log', $log);
        try {
            $throw = fn () => throw new \RuntimeException('broken with lomi_sk_test_secret');
            $server = new FaultServer([['status' => 503], ['status' => 201, 'body' => self::session()]]);
            $client = self::clientAt($server, $transport, ['on_request' => $throw, 'on_response' => $throw]);
            self::assertSame('cs_1', $call($client)->getCheckoutSessionId());
            self::assertSame('cs_1', $call($client)->getCheckoutSessionId());
            self::assertCount(3, $server->requests());
            $lines = (string) file_get_contents($log);
        } finally {
            ini_set('error_log', (string) $before);
            unlink($log);
        }
        self::assertSame(1, substr_count($lines, 'on_request threw RuntimeException (broken with lomi_sk_test_***)'), $lines);
        self::assertSame(1, substr_count($lines, 'on_response threw RuntimeException'), $lines);
        self::assertStringNotContainsString('secret', $lines);
    }

    /** @dataProvider calls */
    public function testAHookMayMakeCalls(callable $transport, callable $call): void
    {
        $inner = FaultServer::json(self::session());
        $other = self::clientAt($inner, $transport);
        $ids = [];
        $hook = function () use ($other, &$ids): void {
            $ids[] = $other->checkoutSessions->get('a')->getCheckoutSessionId();
            $ids[] = $other->checkoutSessions->getAsync('b')->wait()->getCheckoutSessionId();
        };
        $server = FaultServer::json(self::session(), 201);
        $client = self::clientAt($server, $transport, ['on_request' => $hook, 'on_response' => $hook]);
        self::assertSame('cs_1', $call($client)->getCheckoutSessionId());
        self::assertSame(['cs_1', 'cs_1', 'cs_1', 'cs_1'], $ids);
    }

    public function testSignalsAndTheTimeLimitApplyWhileAHookRuns(): void
    {
        foreach ([
            "pcntl_async_signals(true); pcntl_signal(SIGALRM, function () { exit('by the signal'); }); pcntl_alarm(1);" => 'by the signal',
            'set_time_limit(1);' => 'Maximum execution time of 1 second exceeded',
        ] as $limit => $expected) {
            $server = FaultServer::json(self::session());
            $printed = Process::php(<<<PHP
                ini_set('display_errors', '1');
                $limit
                \$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url', 'on_response' => function () { for (\$i = 0; \$i >= 0; \$i++) {} }]);
                \$client->checkoutSessions->get('cs_1');
                echo 'not reached';
                PHP);
            self::assertStringContainsString($expected, $printed);
            self::assertStringNotContainsString('not reached', $printed);
        }
    }

    /** @return iterable<string, array{mixed, string}> */
    public static function noHooks(): iterable
    {
        return [
            'a name without a function' => ['no such function', 'must be callable, not string'],
            'a number' => [1, 'must be callable, not int'],
            'a generator function' => [function () { yield; }, 'generator'],
        ];
    }

    /** @dataProvider noHooks */
    public function testWhatIsNoHookIsRefused(mixed $hook, string $message): void
    {
        foreach (['on_request', 'on_response', 'onResponse'] as $option) {
            $error = self::thrownBy(fn () => new LomiClient('lomi_sk_test_1', [$option => $hook]));
            self::assertInstanceOf(ConfigurationError::class, $error);
            self::assertStringContainsString($message, $error->getMessage());
        }
        foreach (['setOnRequest', 'setOnResponse'] as $setter) {
            self::assertInstanceOf(ConfigurationError::class, self::thrownBy(fn () => (new Configuration())->$setter($hook)));
        }
    }

    public function testEveryKindOfCallableIsAHook(): void
    {
        $invokable = new class {
            public int $calls = 0;

            public function __invoke(RequestEvent|ResponseEvent $event): void
            {
                $this->calls++;
            }

            public function method(): void
            {
                $this->calls++;
            }
        };
        $server = FaultServer::json(self::session());
        self::clientAt($server, fn () => null, ['onRequest' => $invokable, 'onResponse' => [$invokable, 'method']])->checkoutSessions->get('cs_1');
        self::assertSame(2, $invokable->calls);
    }

    /** @dataProvider calls */
    public function testAHookThatEndsTheScriptLeavesTheKey(callable $transport, callable $call): void
    {
        $guzzle = $transport() === null ? '' : ", 'http_client' => new GuzzleHttp\\Client()";
        $promised = str_contains($this->dataName(), 'promised') ? 'Async' : '';
        $wait = $promised === '' ? '' : '->wait()';
        foreach (['on_request', 'on_response'] as $hook) {
            foreach (["exit(3);", "trigger_error('over', E_USER_ERROR);"] as $end) {
                $server = FaultServer::json(self::session(), 201);
                $printed = Process::php(<<<PHP
                    ini_set('display_errors', '0');
                    require '/usr/share/php/GuzzleHttp/autoload.php';
                    \$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url', '$hook' => function () { $end } $guzzle]);
                    register_shutdown_function(function () {
                        \$error = LomiSDK\\LomiClient::getLastCancelled();
                        pcntl_sigprocmask(SIG_BLOCK, [SIGWINCH], \$blocked);
                        echo \$error?->getIdempotencyKey(), ' ', \$error?->getOutcome(), ' ', count(\$blocked);
                    });
                    try {
                        \$client->checkoutSessions->create$promised(['amount' => 1], ['idempotency_key' => 'order-1'])$wait;
                    } finally {
                        echo 'not reached';
                    }
                    PHP, ['-d', 'extension=curl', '-d', 'extension=mbstring']);
                self::assertSame('order-1 unknown 0', $printed, "$hook $end");
            }
        }
    }

    /** @dataProvider transports */
    public function testAHookCannotUseTheListThatIsBeingRead(callable $transport): void
    {
        $page = fn (array $ids) => ['body' => json_encode(['data' => array_map(fn (string $id) => ['checkout_session_id' => $id], $ids), 'pagination' => ['total' => 4, 'limit' => 2]])];
        $server = new FaultServer([$page(['cs_0', 'cs_1']), $page(['cs_2', 'cs_3']), $page([])]);
        $items = null;
        $refused = [];
        $hook = function () use (&$items, &$refused): void {
            foreach (['current', 'valid', 'next', 'rewind'] as $method) {
                if ($items !== null) {
                    $refused[] = self::thrownBy(fn () => $items->$method())->getMessage();
                }
            }
        };
        $lomi = self::clientAt($server, $transport, ['on_request' => $hook]);
        $items = $lomi->checkoutSessions->list(['limit' => 2])->autoPagingIterator();
        $ids = array_map(fn ($session) => $session->getCheckoutSessionId(), iterator_to_array($items, false));
        self::assertSame(['cs_0', 'cs_1', 'cs_2', 'cs_3'], $ids);
        self::assertSame(['the next page is being read already'], array_values(array_unique($refused)));
    }
}
