<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\Inbox\Inbox;
use LomiSDK\Inbox\InboxBusyError;
use LomiSDK\Inbox\InboxLeaseLostError;
use LomiSDK\Inbox\RedisStore;
use LomiSDK\Inbox\RedisTransaction;
use LomiSDK\Tests\Support\Inbox\InboxTestCase;
use LomiSDK\Tests\Support\Inbox\PredisClient;
use Redis;
use RedisException;

require_once __DIR__ . '/Support/Inbox/autoload.php';

/** Leases, queued commands and clients of Redis. */
final class InboxRedisTest extends InboxTestCase
{
    protected const DATABASES = ['redis'];

    public function testALeaseThatEndsRunsNoCommand(): void
    {
        $shop = self::open('redis', 0.3);
        $slow = $shop->handler(fn (string $step) => $step === 'within' ? usleep(350_000) : null);
        $error = self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), $slow));
        self::assertInstanceOf(InboxLeaseLostError::class, $error);
        self::assertInstanceOf(ApiException::class, $error);
        self::assertSame('InboxLeaseLostError', $error->getKind());
        self::assertStringContainsString('0.3 s', $error->getMessage());
        self::assertSame([[], 0, 0], [$shop->lines(), $shop->balance(), $shop->marks()]);
        // Another process takes the event over, and the first one comes too late.
        $handler = function ($event, $transaction) use ($shop): void {
            ($shop->handler())($event, $transaction);
            usleep(350_000);
            self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()));
        };
        self::assertInstanceOf(InboxLeaseLostError::class, self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), $handler)));
        self::assertSame([['PAYMENT_SUCCEEDED t1 webhook'], 100, 1], [$shop->lines(), $shop->balance(), $shop->marks()]);
    }

    public function testAnEventThatStaysBusyIsAnError(): void
    {
        $shop = self::open('redis', 5);
        $impatient = new Inbox(new RedisStore($shop->redis(), "$shop->name:inbox:", 5, 90, 0.1));
        $handled = $shop->inbox->handle(self::event('t1'), function ($event) use ($impatient): void {
            $started = microtime(true);
            $error = self::thrownBy(fn () => $impatient->handle($event, self::unused()));
            self::assertGreaterThan(0.1, microtime(true) - $started);
            self::assertLessThan(4, microtime(true) - $started, 'it does not wait for the end of the lease');
            self::assertInstanceOf(InboxBusyError::class, $error);
            self::assertInstanceOf(ApiException::class, $error);
            self::assertSame('InboxBusyError', $error->getKind());
            self::assertEqualsWithDelta(3, $error->getRetryAfter(), 2, 'what is left of the 5 s');
        });
        self::assertTrue($handled);
        self::assertFalse($impatient->handle(self::event('t1'), self::unused()));
    }

    public function testAClaimOfAKilledProcessEndsWithItsLease(): void
    {
        $shop = self::open('redis', 0.3);
        $key = "$shop->name:inbox:" . \LomiSDK\Webhooks::replayKey(self::event('t1'));
        $shop->reader()->set($key, 'of a process that was killed', ['px' => 300]);
        $started = microtime(true);
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()));
        self::assertGreaterThan(0.28, microtime(true) - $started);
    }

    public function testCommandsKeepEveryCharacter(): void
    {
        $shop = self::open('redis');
        $values = ['', "a\0b", "\u{1F600} \"quoted\" \\ / \u{2028}", (string) PHP_INT_MIN, '1.10', '[]', str_repeat('x', 100_000)];
        $shop->inbox->handle(self::event('t1'), function ($event, RedisTransaction $transaction) use ($shop, $values): void {
            $transaction->queue('RPUSH', "$shop->name:values", ...$values);
            $transaction->queue('INCRBY', "$shop->name:large", PHP_INT_MAX - 1);
            $transaction->queue('INCR', "$shop->name:large");
            $transaction->queue('RPUSH', "$shop->name:many", ...range(1, 6999));
            foreach ([["\xff"], ["a\xc3", 'b'], ['a', 'b', "\x80"]] as $number => $binary) {
                $error = self::thrownBy(fn () => $transaction->queue('SET', ...$binary));
                self::assertInstanceOf(ValidationError::class, $error);
                self::assertStringContainsString('argument ' . ($number === 2 ? 3 : 1) . ' of queue must be UTF-8', $error->getMessage());
            }
            self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $transaction->queue('')));
            self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $transaction->queue('RPUSH', ...range(0, 7000))));
            self::assertInstanceOf(\TypeError::class, self::thrownBy(fn () => $transaction->queue('SET', 'a', 1.5)));
        });
        self::assertSame($values, $shop->reader()->lRange("$shop->name:values", 0, -1));
        self::assertSame((string) PHP_INT_MAX, $shop->reader()->get("$shop->name:large"));
        self::assertSame(6999, $shop->reader()->lLen("$shop->name:many"));
    }

    public function testCommandsAfterTheHandlerAreRefused(): void
    {
        $shop = self::open('redis');
        $shop->inbox->handle(self::event('t1'), function ($event, $transaction) use (&$kept): void {
            $kept = $transaction;
        });
        self::assertInstanceOf(ConfigurationError::class, self::thrownBy(fn () => $kept->queue('SET', 'a', 'b')));
    }

    /**
     * @testWith ["redis"]
     *           ["predis"]
     */
    public function testARefusedCommandIsAnError(string $kind): void
    {
        $shop = self::open($kind);
        $shop->reader()->set("$shop->name:lines", 'no list');
        $error = self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), $shop->handler()));
        self::assertInstanceOf($kind === 'redis' ? RedisException::class : \RuntimeException::class, $error);
        self::assertStringContainsString('WRONGTYPE', $error->getMessage());
        self::assertSame([0, 0], [$shop->balance(), $shop->marks()]);
        $shop->reader()->del("$shop->name:lines");
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()), 'the claim was given back');
        self::assertSame([['PAYMENT_SUCCEEDED t1 webhook'], 100, 1], [$shop->lines(), $shop->balance(), $shop->marks()]);
    }

    public function testALostConnectionIsAnError(): void
    {
        $shop = self::open('redis');
        $redis = $shop->redis();
        $redis->setOption(Redis::OPT_MAX_RETRIES, 0);
        $inbox = new Inbox(new RedisStore($redis, "$shop->name:inbox:", 0.2));
        $handler = function ($event, $transaction) use ($shop, $redis): void {
            ($shop->handler())($event, $transaction);
            $shop->reader()->rawCommand('CLIENT', 'KILL', 'ID', (string) $redis->client('id'));
            throw new \DomainException('the handler fails');
        };
        self::assertInstanceOf(\DomainException::class, self::thrownBy(fn () => $inbox->handle(self::event('t1'), $handler)));
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()));
        self::assertSame(100, $shop->balance());
    }

    public function testSerializersDoNotMatter(): void
    {
        foreach ([Redis::SERIALIZER_PHP, Redis::SERIALIZER_IGBINARY, Redis::SERIALIZER_JSON] as $serializer) {
            $shop = self::open('redis');
            $redis = $shop->redis();
            $redis->setOption(Redis::OPT_SERIALIZER, $serializer);
            $store = new RedisStore($redis, "$shop->name:inbox:");
            self::assertNull($store->loadCursor());
            $store->storeCursor('{"v":1}');
            self::assertSame(['{"v":1}', '{"v":1}'], [$store->loadCursor(), $shop->store->loadCursor()]);
            self::assertTrue((new Inbox($store))->handle(self::event('t1'), $shop->handler()));
            self::assertFalse($shop->inbox->handle(self::event('t1'), self::unused()));
            self::assertSame([['PAYMENT_SUCCEEDED t1 webhook'], 100], [$shop->lines(), $shop->balance()]);
        }
    }

    public function testClientsThatCannotBeUsedAreRefused(): void
    {
        $shop = self::open('redis');
        $prefixed = $shop->redis();
        $prefixed->setOption(Redis::OPT_PREFIX, 'shop:');
        foreach ([new \stdClass(), $prefixed, new PredisClient($shop->redis(), 'shop:')] as $client) {
            self::assertInstanceOf(ConfigurationError::class, self::thrownBy(fn () => new RedisStore($client)));
        }
        foreach ([[0], [-1], [NAN], [INF], [60, 0], [60, 90, 0], [60, 90, -1]] as $settings) {
            self::assertInstanceOf(ConfigurationError::class, self::thrownBy(fn () => new RedisStore($shop->redis(), 'p:', ...$settings)));
        }
        $multi = $shop->redis()->multi();
        $error = self::thrownBy(fn () => (new Inbox(new RedisStore($multi)))->handle(self::event('t1'), self::unused()));
        self::assertInstanceOf(ConfigurationError::class, $error);
        self::assertStringContainsString('pipeline', $error->getMessage());
    }
}
