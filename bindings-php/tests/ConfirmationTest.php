<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\APIStatusError;
use LomiSDK\Exception\BadRequestError;
use LomiSDK\Exception\ConfirmationTokenError;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Model\ConfirmationRequired;
use LomiSDK\Model\Refunds;
use LomiSDK\Tests\Support\FaultServer;
use PHPUnit\Framework\TestCase;

/** Money that moves in two calls: the first asks for a confirmation, and nothing has moved. */
final class ConfirmationTest extends TestCase
{
    private const REFUND = ['transaction_id' => 't_1', 'amount' => 500];

    /** The request is read, and the connection closed without a response. */
    private const CLOSED = ['raw' => ''];

    private static function json(array $body, int $status = 201): array
    {
        return ['status' => $status, 'headers' => ['Content-Type' => 'application/json'], 'body' => json_encode($body)];
    }

    private static function preview(): array
    {
        return self::json([
            'requires_confirmation' => true,
            'confirmation_token' => 'ct_1',
            'expires_at' => '2126-01-01T00:00:00Z',
            'preview' => ['amount' => 500],
        ]);
    }

    private static function done(): array
    {
        return self::json(['refund_id' => 'r_1', 'amount' => 500]);
    }

    /** @return array{FaultServer, LomiClient} */
    private static function asking(array ...$responses): array
    {
        $server = new FaultServer($responses);
        return [$server, new LomiClient('lomi_sk_test_1', ['base_url' => $server->url])];
    }

    public function testConfirmSendsTheSameBodyAndKeyWithTheToken(): void
    {
        [$server, $lomi] = self::asking(self::preview(), self::done());
        $first = $lomi->refunds->create(self::REFUND, ['idempotency_key' => 'refund-17']);
        self::assertInstanceOf(ConfirmationRequired::class, $first);
        self::assertSame(['amount' => 500], $first->getPreview());
        $refund = $first->confirm();
        self::assertInstanceOf(Refunds::class, $refund);
        self::assertSame('r_1', $refund->getRefundId());
        self::assertSame(201, $refund->getLastResponse()->getStatus());
        [$one, $two] = $server->requests();
        self::assertSame(self::REFUND, json_decode($one['body'], true));
        self::assertSame(self::REFUND + ['confirmation_token' => 'ct_1'], json_decode($two['body'], true));
        self::assertSame(['refund-17', 'refund-17'], [$one['headers']['idempotency-key'], $two['headers']['idempotency-key']]);
    }

    public function testALostResponseOfTheSecondCallIsRepeated(): void
    {
        $lost = ['status' => 502];
        [$server, $lomi] = self::asking(self::preview(), $lost, $lost, self::done());
        $refund = $lomi->refunds->create(self::REFUND)->confirm();
        self::assertSame('r_1', $refund->getRefundId());
        $requests = $server->requests();
        self::assertCount(4, $requests);
        self::assertCount(1, array_unique(array_map(fn ($one) => $one['headers']['idempotency-key'], $requests)));
        // The first call has no token; every attempt of the second one has the same.
        self::assertSame(self::REFUND, json_decode($requests[0]['body'], true));
        foreach (array_slice($requests, 1) as $attempt) {
            self::assertSame(self::REFUND + ['confirmation_token' => 'ct_1'], json_decode($attempt['body'], true));
        }
    }

    public function testAConnectionThatBreaksInTheSecondCallIsRepeatedToo(): void
    {
        [$server, $lomi] = self::asking(self::preview(), self::CLOSED, self::done());
        self::assertSame('r_1', $lomi->refunds->create(self::REFUND)->confirm()->getRefundId());
        [$one, $two, $three] = $server->requests();
        self::assertSame(['ct_1', $two['body']], [json_decode($two['body'], true)['confirmation_token'], $three['body']]);
        self::assertSame($one['headers']['idempotency-key'], $three['headers']['idempotency-key']);
    }

    public function testALostFirstCallIsNotRepeated(): void
    {
        // An older server would have paid: only its response tells that the API asks first.
        [$server, $lomi] = self::asking(self::CLOSED, self::preview());
        try {
            $lomi->refunds->create(self::REFUND, ['idempotency_key' => 'refund-17', 'confirm' => fn () => self::fail('nothing was asked')]);
            self::fail('not thrown');
        } catch (OutcomeUnknownError $e) {
            self::assertInstanceOf(APIConnectionError::class, $e);
            self::assertSame(['unknown', 1, 'refund-17'], [$e->getOutcome(), $e->getAttempts(), $e->getIdempotencyKey()]);
        }
        self::assertCount(1, $server->requests());
        // The caller repeats it with the same key, once it is certain that nothing was paid.
        $first = $lomi->refunds->create(self::REFUND, ['idempotency_key' => $e->getIdempotencyKey()]);
        self::assertInstanceOf(ConfirmationRequired::class, $first);
        [$lost, $again] = $server->requests();
        self::assertSame([$lost['body'], $lost['headers']['idempotency-key']], [$again['body'], $again['headers']['idempotency-key']]);
    }

    /** @dataProvider decisions */
    public function testAFunctionDecidesAtOnce(mixed $says, int $requests): void
    {
        [$server, $lomi] = self::asking(self::preview(), self::done());
        $asked = [];
        $confirm = function (ConfirmationRequired $first) use (&$asked, $says) {
            $asked[] = $first->getPreview();
            return $says;
        };
        $result = $lomi->refunds->create(self::REFUND, ['confirm' => $confirm]);
        self::assertSame([['amount' => 500]], $asked);
        self::assertCount($requests, $server->requests());
        self::assertInstanceOf($requests === 2 ? Refunds::class : ConfirmationRequired::class, $result);
    }

    public static function decisions(): array
    {
        return ['true' => [true, 2], 'false' => [false, 1], 'nothing' => [null, 1], 'a word' => ['yes', 1]];
    }

    public function testAnExceptionOfTheFunctionIsThatOfTheCall(): void
    {
        [$server, $lomi] = self::asking(self::preview());
        try {
            $lomi->refunds->create(self::REFUND, ['confirm' => fn () => throw new \RangeException('too much')]);
            self::fail('not thrown');
        } catch (\RangeException) {
        }
        foreach ([
            fn () => $lomi->refunds->create(self::REFUND, ['confirm' => true]),
            fn () => $lomi->refunds->createAsync(self::REFUND, ['confirm' => fn () => true]),
            fn () => $lomi->customers->create(['name' => 'Awa'], ['confirm' => fn () => true]),
        ] as $call) {
            try {
                $call();
                self::fail('not refused');
            } catch (ValidationError) {
            }
        }
        self::assertCount(1, $server->requests());
    }

    public function testARefusedTokenHasAnErrorOfItsOwn(): void
    {
        $error = ['error' => ['code' => 'bad_request', 'message' => 'confirmation_token has expired']];
        [$server, $lomi] = self::asking(self::preview(), self::json($error, 400));
        $first = $lomi->refunds->create(self::REFUND);
        try {
            $first->confirm();
            self::fail('not refused');
        } catch (ConfirmationTokenError $e) {
            self::assertInstanceOf(BadRequestError::class, $e);
            self::assertSame('final', $e->getOutcome());
        }
    }

    public function testAServerThatAsksAgainHasDoneNothing(): void
    {
        [$server, $lomi] = self::asking(self::preview(), self::preview());
        $first = $lomi->refunds->create(self::REFUND);
        $this->expectException(APIStatusError::class);
        $this->expectExceptionMessageMatches('/nothing has been done yet/');
        $first->confirm();
    }

    public function testAnAwaitedCallIsConfirmedToo(): void
    {
        [$server, $lomi] = self::asking(self::preview(), self::done());
        $first = $lomi->refunds->createAsync(self::REFUND)->wait();
        self::assertSame('r_1', $first->confirm()->getRefundId());
    }

    public function testAnObjectFromElsewhereCannotBeConfirmed(): void
    {
        [$server, $lomi] = self::asking(self::preview());
        $first = $lomi->refunds->create(self::REFUND);
        self::assertStringNotContainsString('lomi_sk', print_r($first, true) . var_export($first, true));
        foreach ([unserialize(serialize($first)), new ConfirmationRequired(['confirmation_token' => 'ct_1'])] as $other) {
            try {
                $other->confirm();
                self::fail('not refused');
            } catch (ValidationError $e) {
                self::assertStringContainsString('nothing to confirm', $e->getMessage());
            }
        }
        self::assertCount(1, $server->requests());
    }
}
