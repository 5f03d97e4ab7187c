<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\SignatureVerificationError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\Dispute;
use LomiSDK\Model\Event;
use LomiSDK\Model\Payouts;
use LomiSDK\Model\Refunds;
use LomiSDK\Model\SubscriptionChange;
use LomiSDK\Model\Subscriptions;
use LomiSDK\Model\Transactions;
use LomiSDK\Tests\Support\Inbox\Databases;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Webhook\CallbackStore;
use LomiSDK\Webhook\MemoryStore;
use LomiSDK\Webhook\PdoStore;
use LomiSDK\Webhook\RedisStore;
use LomiSDK\Webhook\ReplayGuard;
use LomiSDK\Webhook\ReplayStore;
use LomiSDK\Webhooks;
use PHPUnit\Framework\TestCase;

/** Deliveries before they are trusted, and those that come more than once. */
final class WebhookTest extends TestCase
{
    private const BODY = '{"id":"d1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t"}}';

    public static function setUpBeforeClass(): void
    {
        foreach (['ReplayStore', 'ReplayGuard', 'MemoryStore', 'CallbackStore', 'RedisStore', 'PdoStore', 'Refusal', 'Receiver'] as $class) {
            require_once dirname(__DIR__) . "/frameworks/src/Webhook/$class.php";
        }
        require_once __DIR__ . '/Support/stores.php';
        require_once __DIR__ . '/Support/Inbox/autoload.php';
    }

    private static function payment(string $id, string $transaction, string $status = 'completed'): Event
    {
        return self::event(['id' => $id, 'event' => 'PAYMENT_SUCCEEDED', 'data' => ['transaction_id' => $transaction, 'status' => $status]]);
    }

    private static function renewal(string $id): Event
    {
        return self::event(['id' => $id, 'event' => 'SUBSCRIPTION_RENEWED', 'data' => ['subscription_id' => 's', 'status' => 'active']]);
    }

    private static function event(array $fields): Event
    {
        $body = json_encode($fields);
        return Webhooks::constructEvent($body, Webhooks::sign($body, 'whsec_a'), 'whsec_a');
    }

    /** @return array<string, array{string, ?class-string}> */
    public static function dataOfEvents(): array
    {
        return [
            'payment' => ['payment.failed', Transactions::class],
            'refund' => ['REFUND_CREATED', Refunds::class],
            'subscription' => ['SUBSCRIPTION_CANCELED', Subscriptions::class],
            'change' => ['SUBSCRIPTION_UPDATED', SubscriptionChange::class],
            'payout' => ['PAYOUT_FAILED', Payouts::class],
            'dispute' => ['DISPUTE_CLOSED', Dispute::class],
            'session' => ['checkout.session.expired', CheckoutSessions::class],
            'without a type' => ['USAGE_RECORDED', null],
            'unknown' => ['SOMETHING_NEW', null],
        ];
    }

    /** @dataProvider dataOfEvents */
    public function testTheNameOfAnEventDecidesTheClassOfItsData(string $name, ?string $class): void
    {
        $fields = ['status' => 'failed', 'new' => ['a' => 1]];
        $data = self::event(['id' => '1', 'event' => $name, 'data' => $fields])->getData();
        self::assertSame($class, is_object($data) ? $data::class : null);
        self::assertSame('failed', $data['status']);
        self::assertSame(['a' => 1], $data['new']);
        self::assertEquals($fields, json_decode(json_encode($data), true));
    }

    public function testTheChangeOfASubscriptionHasTheSubscription(): void
    {
        $event = self::event(['id' => '1', 'event' => 'SUBSCRIPTION_UPDATED', 'data' => ['object' => ['subscription_id' => 's']]]);
        self::assertInstanceOf(Subscriptions::class, $event->getData()->getObject());
        self::assertSame('gone', self::event(['id' => '1', 'event' => 'PAYMENT_FAILED', 'data' => 'gone'])->getData());
    }

    /** @return array<string, array{callable(): ReplayStore}> */
    public static function stores(): array
    {
        return [
            'memory' => [fn () => new MemoryStore()],
            'phpredis' => [fn () => new RedisStore(self::redis(), 'shop:')],
            'Predis' => [fn () => new RedisStore(new Support\FakePredis())],
            'PostgreSQL' => [fn () => new PdoStore(new Support\FakePdo('pgsql'))],
            'MySQL' => [fn () => new PdoStore(new Support\FakePdo('mysql'), 'shop.deliveries')],
            'functions' => [function () {
                $memory = new MemoryStore();
                return new CallbackStore($memory->remember(...), $memory->forget(...));
            }],
        ];
    }

    private static ?Databases $databases = null;

    private static function redis(): \Redis
    {
        self::$databases = new Databases('redis');
        $redis = new \Redis();
        $redis->connect(self::$databases->servers['redis']['host'], self::$databases->servers['redis']['port']);
        return $redis;
    }

    public static function tearDownAfterClass(): void
    {
        self::$databases = null;
    }

    /** @dataProvider stores */
    public function testADeliveryThatComesAgainIsRecognized(callable $store): void
    {
        $guard = new ReplayGuard($store());
        self::assertTrue($guard->firstTime(self::payment('1', 'a')));
        self::assertFalse($guard->firstTime(self::payment('1', 'a')));
        self::assertFalse($guard->firstTime(self::payment('2', 'a')), 'a new id for the same payment');
        self::assertFalse($guard->firstTime(self::payment('3', 'a', 'refunded')), 'refunded since');
        self::assertTrue($guard->firstTime(self::payment('3', 'a', 'failed')));
        self::assertTrue($guard->firstTime(self::renewal('4')));
        self::assertTrue($guard->firstTime(self::renewal('5')));
        self::assertFalse($guard->firstTime(self::renewal('4')));
        $guard->forget(self::renewal('4'));
        self::assertTrue($guard->firstTime(self::renewal('4')));
        self::assertFalse($guard->firstTime(self::renewal('5')));
    }

    public function testAHandlerThatFailedIsCalledAgain(): void
    {
        $guard = new ReplayGuard(new MemoryStore());
        $calls = 0;
        foreach ([1, 2] as $turn) {
            try {
                $guard->once(self::renewal('1'), function () use (&$calls): void {
                    $calls++;
                    throw new \RuntimeException('the printer burns');
                });
                self::fail('nothing was thrown');
            } catch (\RuntimeException) {
                self::assertSame($turn, $calls);
            }
        }
        self::assertTrue($guard->once(self::renewal('1'), fn () => null));
        self::assertFalse($guard->once(self::renewal('1'), fn () => self::fail('called again')));
    }

    public function testTheKeyIsTheSameInEveryLanguage(): void
    {
        $expected = 'lomi-webhook-09b717cc626caf8648feae8e12622fb280f31f5f0c58d07e7fba2dc1f0468640';
        self::assertSame($expected, Webhooks::replayKey(self::event(['id' => 'evt_1', 'event' => 'X'])));
        self::assertSame($expected, Webhooks::replayKey(new Event(['id' => 'evt_1', 'event' => 'X'])));
        $this->expectException(ValidationError::class);
        Webhooks::replayKey(new Event(['event' => 'X']));
    }

    public function testAStoreThatCannotDoItsWorkIsRefused(): void
    {
        foreach ([
            fn () => new RedisStore(new \stdClass()),
            fn () => new PdoStore(new Support\FakePdo('oci')),
            fn () => new PdoStore(new Support\FakePdo('pgsql'), 'a;--'),
            fn () => new ReplayGuard(new MemoryStore(), 0),
        ] as $make) {
            try {
                $make();
                self::fail('it was made');
            } catch (ConfigurationError) {
                self::assertTrue(true);
            }
        }
        $memory = new ReplayGuard(new MemoryStore(3));
        for ($id = 0; $id < 10; $id++) {
            self::assertTrue($memory->firstTime(self::renewal((string) $id)));
        }
        self::assertFalse($memory->firstTime(self::renewal('9')));
        self::assertTrue($memory->firstTime(self::renewal('0')));
        $pdo = new Support\FakePdo('pgsql');
        $pdo->broken = true;
        $this->expectException(\RuntimeException::class);
        (new ReplayGuard(new PdoStore($pdo)))->firstTime(self::renewal('1'));
    }

    public function testSecretsOfPhpIniAndOfTheEnvironment(): void
    {
        $code = '$b = ' . var_export(self::BODY, true) . '; foreach (["whsec_new", "whsec_old"] as $s) { echo LomiSDK\Webhooks::constructEvent($b, LomiSDK\Webhooks::sign($b, $s))->getId(); }';
        $ini = ['-d', 'lomi.webhook_secret="whsec_new, whsec_old"'];
        self::assertSame('d1d1', Process::php($code, $ini, ['LOMI_WEBHOOK_SECRET' => 'whsec_other']));
        self::assertSame('d1d1', Process::php($code, [], ['LOMI_WEBHOOK_SECRET' => 'whsec_new,whsec_old']));
        $none = Process::php($code, [], ['LOMI_WEBHOOK_SECRET' => '']);
        self::assertStringContainsString('lomi.webhook_secret', $none);
        $shown = Process::php('phpinfo();', $ini);
        self::assertStringContainsString('lomi.webhook_secret => set', $shown);
        self::assertStringNotContainsString('whsec_new', $shown);
    }

    public function testAnUnprovenBodyCostsNoMemory(): void
    {
        $code = '$b = "[" . str_repeat("0,", 7 << 20) . "0]"; $before = getrusage()["ru_maxrss"];'
            . 'try { LomiSDK\Webhooks::constructEvent($b, str_repeat("0", 64), "whsec_a"); }'
            . 'catch (LomiSDK\Exception\SignatureVerificationError) { echo (getrusage()["ru_maxrss"] - $before) >> 10; }';
        $grown = Process::php($code, ['-d', 'memory_limit=256M']);
        self::assertMatchesRegularExpression('/^\d+$/', $grown);
        self::assertLessThan(20, (int) $grown, 'MiB: the body is copied once');
    }

    public function testPlainPhpReadsNoMoreThanTheBound(): void
    {
        $folder = sys_get_temp_dir() . '/lomi-hook-' . getmypid();
        @mkdir($folder);
        $source = dirname(__DIR__) . '/frameworks/src/Webhook';
        file_put_contents("$folder/index.php", <<<PHP
            <?php
            require '$source/Refusal.php';
            require '$source/Receiver.php';
            \$event = (new LomiSDK\Webhook\Receiver('whsec_a'))->receiveFromGlobals();
            if (\$event instanceof LomiSDK\Webhook\Refusal) {
                http_response_code(\$event->status);
                header('Content-Type: application/json');
                exit(\$event->body);
            }
            echo \$event->getId();
            PHP);
        $free = stream_socket_server('tcp://127.0.0.1:0');
        $address = stream_socket_get_name($free, false);
        fclose($free);
        $log = "$folder/log";
        $server = proc_open([PHP_BINARY, '-n', ...Process::extensions(), '-d', "error_log=$log", '-S', $address, '-t', $folder], [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
        try {
            for ($try = 0; $try < 200 && !@fsockopen("tcp://$address"); $try++) {
                usleep(20_000);
            }
            $post = function (string $body, string $signature) use ($address): array {
                $headers = ["X-Lomi-Signature: $signature", 'Content-Type: application/json', 'Connection: close'];
                $options = ['method' => 'POST', 'content' => $body, 'header' => $headers, 'ignore_errors' => true];
                $said = file_get_contents("http://$address/", false, stream_context_create(['http' => $options]));
                return [(int) explode(' ', $http_response_header[0])[1], $said];
            };
            self::assertSame([200, 'd1'], $post(self::BODY, Webhooks::sign(self::BODY, 'whsec_a')));
            self::assertSame([400, '{"error":"invalid signature"}'], $post(self::BODY, str_repeat('0', 64)));
            self::assertSame([400, '{"error":"invalid payload"}'], $post('[]', Webhooks::sign('[]', 'whsec_a')));
            self::assertSame([413, '{"error":"payload too large"}'], $post(str_repeat('x', Webhooks::MAX_BODY + 1), str_repeat('0', 64)));
            $lines = file_get_contents($log);
            self::assertSame(3, substr_count($lines, 'lomi: refused a webhook delivery: '));
            self::assertStringNotContainsString('whsec_a', $lines);
        } finally {
            proc_terminate($server);
            proc_close($server);
            array_map(unlink(...), glob("$folder/*"));
            rmdir($folder);
        }
    }

    public function testTrapsHaveSentencesOfTheirOwn(): void
    {
        $good = Webhooks::sign(self::BODY, 'whsec_a');
        foreach ([
            ['', $good, 'whsec_a', '/read it before/', SignatureVerificationError::class],
            [self::BODY, 't=1,v1=ab', 'whsec_a', '/Stripe/', SignatureVerificationError::class],
            [self::BODY, $good, '"whsec_a"', '/quotes/', ConfigurationError::class],
        ] as [$body, $signature, $secret, $words, $class]) {
            try {
                Webhooks::constructEvent($body, $signature, $secret);
                self::fail($words);
            } catch (\LomiSDK\ApiException $error) {
                self::assertInstanceOf($class, $error);
                self::assertMatchesRegularExpression($words, $error->getMessage());
            }
        }
    }
}
