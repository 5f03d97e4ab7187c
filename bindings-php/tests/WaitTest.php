<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Exception\AuthenticationError;
use LomiSDK\Exception\StillPendingError;
use LomiSDK\Exception\StillPendingException;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Model\Export;
use LomiSDK\Model\Payouts;
use LomiSDK\Model\Refunds;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** A read that is repeated until its object is in a final state. */
final class WaitTest extends SandboxTestCase
{
    private const WAITED = ['beneficiaryPayouts', 'checkoutSessions', 'exports', 'paymentRequests', 'payouts', 'refunds', 'transactions', 'transfers'];

    /** One response for each read; the last one is repeated. */
    private static function server(array ...$objects): FaultServer
    {
        $headers = ['Content-Type' => 'application/json'];
        return new FaultServer(array_map(fn ($object) => ['headers' => $headers, 'body' => json_encode($object)], $objects));
    }

    /** One response for each state of a refund. */
    private static function refund(string ...$states): FaultServer
    {
        return self::server(...array_map(fn ($state) => ['refund_id' => 'r_1', 'status' => $state], $states));
    }

    private static function asking(FaultServer $server, ?object $http = null, array $more = []): LomiClient
    {
        $more += ['base_url' => $server->url] + ($http === null ? [] : ['http_client' => $http]);
        return new LomiClient('lomi_sk_test_1', $more);
    }

    /** A buyer in a process of their own, who pays after some time. */
    private static function payAfter(string $id, float $seconds): Process
    {
        $url = var_export(Sandbox::shared()->url . "/_sandbox/sessions/$id/pay", true);
        $key = var_export('X-API-KEY: ' . Sandbox::shared()->key, true);
        $wait = (int) ($seconds * 1_000_000);
        $post = "['http' => ['method' => 'POST', 'header' => [$key, 'Content-Type: application/json'], 'content' => '{}']]";
        $code = "echo \"here\\n\"; flush(); usleep($wait); file_get_contents($url, false, stream_context_create($post));";
        return new Process([PHP_BINARY, '-n', '-r', $code]);
    }

    public function testTheResourcesThatHaveIt(): void
    {
        $found = [];
        foreach (get_object_vars(new LomiClient('lomi_sk_test_1')) as $name => $resource) {
            if (method_exists($resource, 'wait') && method_exists($resource, 'waitAsync')) {
                $found[] = $name;
                $parameters = (new \ReflectionMethod($resource, 'wait'))->getParameters();
                self::assertSame(['id', 'options'], array_map(fn ($it) => $it->getName(), $parameters));
                self::assertSame([], $parameters[1]->getDefaultValue());
            }
        }
        sort($found);
        self::assertSame(self::WAITED, $found);
    }

    /** @dataProvider transports */
    public function testASessionIsPaidDuringTheWait(callable $transport): void
    {
        $http = $transport();
        $lomi = self::client($http === null ? [] : ['http_client' => $http]);
        $id = $lomi->checkoutSessions->create(['amount' => 5000, 'currency_code' => 'XOF'])->session()->getCheckoutSessionId();
        $buyer = self::payAfter($id, 1.5);
        $started = microtime(true);
        $session = $lomi->checkoutSessions->wait($id, ['until' => 'completed', 'timeout' => 20]);
        self::assertSame('completed', $session->getStatus());
        self::assertGreaterThan(1.4, microtime(true) - $started);
        self::assertLessThan(6.0, microtime(true) - $started);
        self::assertSame(200, $session->getLastResponse()->getStatus());
        unset($buyer);
    }

    /** @dataProvider transports */
    public function testTheLastStateIsInTheException(callable $transport): void
    {
        $server = self::refund('pending', 'processing');
        $thrown = self::thrownBy(fn () => self::asking($server, $transport())->refunds->wait('r_1', ['timeout' => 2]));
        self::assertInstanceOf(StillPendingError::class, $thrown);
        self::assertInstanceOf(StillPendingException::class, $thrown);
        self::assertInstanceOf(ApiException::class, $thrown);
        self::assertStringContainsString('still processing', $thrown->getMessage());
        self::assertSame(['StillPendingError', 'final'], [$thrown->getKind(), $thrown->getOutcome()]);
        self::assertSame(count($server->requests()), $thrown->getAttempts());
        self::assertSame('retrieve_refund', $thrown->getOperation());
        foreach ([$thrown, unserialize(serialize($thrown))] as $read) {
            self::assertInstanceOf(Refunds::class, $read->getLast());
            self::assertSame('processing', $read->getLast()->getStatus());
        }
        self::assertSame(200, $thrown->getLast()->getLastResponse()->getStatus());
    }

    public function testAnyOtherExceptionHasNoLastState(): void
    {
        $server = FaultServer::json('{}', 401);
        $thrown = self::thrownBy(fn () => self::asking($server)->refunds->wait('r_1'));
        self::assertInstanceOf(AuthenticationError::class, $thrown);
        self::assertNull($thrown->getLast());
        self::assertNull((new StillPendingError('x'))->getLast());
        self::assertCount(1, $server->requests());
    }

    public function testItWaitsForTheStateThatIsNamed(): void
    {
        $payout = fn (string $status) => ['payout_id' => 'p_1', 'status' => $status];
        $server = self::server($payout('pending'), $payout('processing'), $payout('completed'));
        $result = self::asking($server)->payouts->wait('p_1', ['until' => 'processing']);
        self::assertInstanceOf(Payouts::class, $result);
        self::assertSame('processing', $result->getStatus());
        self::assertCount(2, $server->requests());
        // Another final state ends the wait too: nothing else will come.
        $server = self::refund('failed');
        $failed = self::asking($server)->refunds->wait('r_1', ['until' => 'completed']);
        self::assertSame('failed', $failed->getStatus());
    }

    public function testAnExportIsReadyWhenItsFileIsThere(): void
    {
        $export = fn (?string $url) => ['export_id' => 'e_1', 'status' => 'another word', 'download_url' => $url];
        $server = self::server($export(null), $export('https://example.com/e_1.csv'));
        $ready = self::asking($server)->exports->wait('e_1');
        self::assertInstanceOf(Export::class, $ready);
        self::assertSame('https://example.com/e_1.csv', $ready->getDownloadUrl());
    }

    /** @dataProvider transports */
    public function testTheTimeoutOfTheClientIsNotThatOfAWait(callable $transport): void
    {
        $server = self::refund('pending', 'completed');
        $lomi = self::asking($server, $transport(), ['timeout' => 0.5]);
        self::assertSame('completed', $lomi->refunds->wait('r_1')->getStatus());
        $code = 'echo (new LomiSDK\LomiClient("lomi_sk_test_1"))->refunds->wait("r_1")->getStatus();';
        $server = self::refund('pending', 'completed');
        self::assertSame('completed', Process::php($code, ['-d', 'lomi.timeout=0.5'], ['LOMI_BASE_URL' => $server->url]));
    }

    public function testTheTimeLimitOfAScriptDoesNotCountAWait(): void
    {
        $server = self::refund('pending', 'pending', 'completed');
        $code = 'set_time_limit(1); echo (new LomiSDK\LomiClient("lomi_sk_test_1"))->refunds->wait("r_1")->getStatus();';
        $started = microtime(true);
        self::assertSame('completed', Process::php($code, [], ['LOMI_BASE_URL' => $server->url]));
        self::assertGreaterThan(2.5, microtime(true) - $started);
    }

    public function testAnOutageDuringTheWait(): void
    {
        $server = new FaultServer([
            ['headers' => ['Content-Type' => 'application/json'], 'body' => '{"refund_id": "r_1", "status": "pending"}'],
            ['raw' => ''],
            ['status' => 503],
            ['headers' => ['Content-Type' => 'application/json'], 'body' => '{"refund_id": "r_1", "status": "completed"}'],
        ]);
        self::assertSame('completed', self::asking($server)->refunds->wait('r_1')->getStatus());
        self::assertCount(4, $server->requests());
    }

    /** @dataProvider transports */
    public function testWaitAsync(callable $transport): void
    {
        $server = self::refund('pending', 'pending', 'completed');
        $lomi = self::asking($server, $transport());
        $results = $lomi->pool([
            'a' => fn () => $lomi->refunds->waitAsync('r_1'),
            'b' => fn () => $lomi->refunds->waitAsync('r_1', ['until' => 'completed']),
        ]);
        self::assertSame(['completed', 'completed'], [$results['a']->getStatus(), $results['b']->getStatus()]);
        $server = self::refund('pending');
        $short = self::asking($server, $transport())->refunds->waitAsync('r_1', ['timeout' => 1]);
        $thrown = self::thrownBy(fn () => $short->wait());
        self::assertInstanceOf(StillPendingError::class, $thrown);
        self::assertSame('pending', $thrown->getLast()->getStatus());
    }

    public function testOptionsThatAreRefused(): void
    {
        $server = self::refund('completed');
        $lomi = self::asking($server);
        foreach ([
            'there is no option "until"' => fn () => $lomi->refunds->get('r_1', ['until' => 'final']),
            'there is no option "until" of' => fn () => $lomi->customers->get('c_1', ['until' => 'final']),
            'no option "until" of a call' => fn () => $lomi->request('GET', '/refunds/r_1', ['until' => 'final']),
            'did you mean "until"' => fn () => $lomi->refunds->wait('r_1', ['untill' => 'final']),
            'did you mean "completed"' => fn () => $lomi->refunds->wait('r_1', ['until' => 'complete']),
            'there is no option "confirm"' => fn () => $lomi->refunds->waitAsync('r_1', ['confirm' => fn () => true]),
            'until' => fn () => $lomi->refunds->wait('r_1', ['until' => ['completed']]),
        ] as $says => $call) {
            $thrown = self::thrownBy($call);
            self::assertInstanceOf(ValidationError::class, $thrown);
            self::assertStringContainsString($says, $thrown->getMessage());
        }
        self::assertSame([], $server->requests());
        self::assertSame('completed', $lomi->refunds->wait('r_1', ['until' => null])->getStatus());
    }
}
