<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support\Inbox;

use LomiSDK\Model\Event;
use LomiSDK\Tests\Support\SandboxTestCase;
use LomiSDK\Webhooks;

/** Shops with an inbox, over the databases of a test class. */
abstract class InboxTestCase extends SandboxTestCase
{
    /** The databases that a test class needs; all where it says nothing. */
    protected const DATABASES = [];

    protected const SECRET = 'whsec_inbox';

    private static ?Databases $databases = null;
    private static int $shops = 0;

    public static function setUpBeforeClass(): void
    {
        self::$databases = new Databases(...static::DATABASES);
    }

    public static function tearDownAfterClass(): void
    {
        self::$databases = null;
    }

    /** The servers of the databases. */
    protected static function servers(): array
    {
        return self::$databases->servers;
    }

    protected static function open(string $kind, float $lease = 5): Shop
    {
        $shop = new Shop($kind, self::servers(), 's' . self::$shops++, $lease);
        $shop->create();
        return $shop;
    }

    /** @return array{body: string, signature: string} a delivery of a payment */
    protected static function delivery(string $transaction, int $amount = 100, string $id = 'd1'): array
    {
        $data = ['transaction_id' => $transaction, 'status' => 'completed', 'gross_amount' => $amount];
        $body = json_encode(['id' => $id, 'event' => 'PAYMENT_SUCCEEDED', 'data' => $data]);
        return ['body' => $body, 'signature' => Webhooks::sign($body, self::SECRET)];
    }

    protected static function event(string $transaction, int $amount = 100, string $id = 'd1'): Event
    {
        ['body' => $body, 'signature' => $signature] = self::delivery($transaction, $amount, $id);
        return Webhooks::constructEvent($body, $signature, self::SECRET);
    }

    /** What nothing may call. */
    protected static function unused(): callable
    {
        return fn () => self::fail('the handler was called');
    }

    public static function kinds(): array
    {
        return array_combine(Shop::KINDS, array_map(fn (string $kind) => [$kind], Shop::KINDS));
    }

    public static function sqlKinds(): array
    {
        return array_intersect_key(self::kinds(), array_flip(Shop::SQL));
    }
}
