<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\CheckoutSessionsCreate;
use LomiSDK\Model\CheckoutSessionsUpdate;
use LomiSDK\ObjectSerializer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Models as PHP objects. */
final class ModelTest extends SandboxTestCase
{
    public function testArraysSettersAndArrayAccessAreOneAndTheSame(): void
    {
        $a = new CheckoutSessionsCreate(['amount' => 5, 'currency_code' => 'XOF']);
        $b = (new CheckoutSessionsCreate())->setAmount(5)->setCurrencyCode('XOF');
        $c = new CheckoutSessionsCreate();
        $c['amount'] = 5;
        $c['currency_code'] = 'XOF';
        self::assertEquals($a, $b);
        self::assertEquals($a, $c);
        self::assertCount(2, $a);
        self::assertSame(['amount' => 5, 'currency_code' => 'XOF'], iterator_to_array($a));
        self::assertSame('{"amount":5,"currency_code":"XOF"}', json_encode($a));
        self::assertSame("{\n    \"amount\": 5,\n    \"currency_code\": \"XOF\"\n}", (string) $a);
        self::assertSame('{"amount":5,"currency_code":"XOF"}', $a->toHeaderValue());
        self::assertInstanceOf(\stdClass::class, $a->jsonSerialize());
    }

    public function testUnknownNamesAreKeptAndSent(): void
    {
        $model = new CheckoutSessionsCreate(['new_field' => ['a' => 1]]);
        self::assertSame(['a' => 1], $model['new_field']);
        self::assertSame('{"new_field":{"a":1}}', json_encode($model));
        $session = ObjectSerializer::deserialize(self::session(['from_tomorrow' => ['x' => [1, 2]], '12' => 'n']), CheckoutSessions::class);
        self::assertSame(['x' => [1, 2]], $session['from_tomorrow']);
        self::assertSame('n', $session['12']);
    }

    public function testNullIsSentWhereItIsSet(): void
    {
        $update = (new CheckoutSessionsUpdate())->setTitle('x')->setNull('title')->setNull('customer_email');
        self::assertTrue($update->isNullableSetToNull('title'));
        self::assertNull($update->getTitle());
        self::assertSame('{"title":null,"customer_email":null}', json_encode($update));
        $update->setTitle('y');
        self::assertFalse($update->isNullableSetToNull('title'));
        self::assertSame('{"title":"y","customer_email":null}', json_encode($update));
        self::assertSame('{}', json_encode(new CheckoutSessionsUpdate(['title' => null])));
    }

    /** An array is made without JSON in between where that makes no difference. */
    public function testAnArrayHasTheValuesOfTheJson(): void
    {
        $nested = ['list' => [1, null, [true, 'é']], 'gaps' => [2 => 'a', 5 => 'b'], 'empty' => [], 'none' => null, '7' => 'seven', 'deep' => ['a' => ['b' => ['c' => 1]]]];
        $reference = 'by reference';
        // Tables that lie in memory in other ways: with indexes out of order, and with removed entries.
        $removed = ['first' => 1, 'b' => 2, 'c' => 3, 'last' => 4];
        unset($removed['first'], $removed['c'], $removed['last']);
        $values = [
            ['amount' => 5, 'metadata' => ['mixed' => [5 => 'a', 'x' => null, 2 => 'c', -1 => 'd'], 'removed' => $removed]],
            ['amount' => 5, 'title' => "Attiéké\u{1f30d}", 'allow_quantity' => false, 'metadata' => $nested],
            ['amount' => 5.0, 'title' => null, 'metadata' => ['rate' => 655.957, 'large' => 1e17, 'larger' => 1.5e300, 'minus' => -0.0, 'small' => 1e-7]],
            ['metadata' => [], 'new_field' => ['of' => &$reference], '12' => 'n'],
            ['metadata' => (object) ['a' => 1, '3' => 2], 'expires_at' => new \DateTimeImmutable('2026-01-02T03:04:05Z')],
            ['new_field' => [new CheckoutSessionsCreate(['amount' => 1, 'metadata' => ['x' => [1]]])], 'line' => new \ArrayIterator([1, 2])],
        ];
        foreach ($values as $given) {
            $model = (new CheckoutSessionsCreate($given))->setNull('customer_email');
            self::assertSame(json_decode((string) json_encode($model), true), $model->toArray());
        }
        $array = (new CheckoutSessionsCreate(['metadata' => ['a' => 'b']]));
        $copied = $array->toArray();
        $copied['metadata']['a'] = 'changed';
        self::assertSame(['a' => 'b'], $array->getMetadata());
        foreach ([["\xff" => 1], ['a' => "\xff"], ['a' => NAN], ['a' => fopen('php://memory', 'r')]] as $refused) {
            $model = new CheckoutSessionsCreate(['metadata' => $refused]);
            self::assertSame(self::message(fn () => json_encode($model)), self::message(fn () => $model->toArray()));
        }
    }

    private static function message(\Closure $refused): string
    {
        try {
            $refused();
        } catch (\Throwable $error) {
            return $error->getMessage();
        }
        self::fail('nothing was refused');
    }

    public function testCopiesAreCopies(): void
    {
        $model = new CheckoutSessionsCreate(['amount' => 5, 'metadata' => ['a' => 'b']]);
        $copy = clone $model;
        $copy->setAmount(6);
        self::assertSame(5, $model->getAmount());
        self::assertEquals($model, unserialize(serialize($model)));
        self::assertEquals($model, eval('return ' . var_export($model, true) . ';'));
        self::assertNotEquals($model, $copy);
    }

    public function testSubclasses(): void
    {
        $order = new class (['amount' => 5]) extends CheckoutSessionsCreate {
            public string $mine = 'yes';

            public function getAmount()
            {
                return parent::getAmount() * 2;
            }

            public function raw(): array
            {
                return $this->container;
            }
        };
        self::assertSame(10, $order->getAmount());
        self::assertSame(['amount' => 5], $order->raw());
        self::assertSame('yes', $order->mine);
        self::assertSame('CheckoutSessionsCreate', $order->getModelName());
        self::assertSame('getAmount', $order::getters()['amount']);
        self::assertGreaterThan(0, self::api()->createCheckoutSession($order->setCurrencyCode('XOF'))->getAmount());
    }

    public function testASubclassThatForgetsItsParentsConstructor(): void
    {
        $model = new class () extends CheckoutSessionsCreate {
            public function __construct()
            {
            }
        };
        self::assertSame(3, $model->setAmount(3)->getAmount());
    }

    public function testOriginalsAreKept(): void
    {
        $session = ObjectSerializer::deserialize(self::session(['status' => 'complete', 'amount' => '100', 'metadata' => []]), CheckoutSessions::class);
        self::assertSame(['completed', 100, []], [$session->getStatus(), $session->getAmount(), $session->getMetadata()]);
        self::assertSame(['complete', '100', 'XOF'], [$session->original('status'), $session->original('amount'), $session->original('currency_code')]);
        $session->setStatus('open');
        self::assertSame('open', $session->original('status'));
        self::assertNull($session->original('no_such_field'));
    }

    public function testUnknownWordsAreKept(): void
    {
        self::assertSame('frozen', ObjectSerializer::deserialize(self::session(['status' => 'frozen']), CheckoutSessions::class)->getStatus());
    }

    public function testMetadataIsAnArrayWithObjectsInside(): void
    {
        $session = ObjectSerializer::deserialize(self::session(['metadata' => ['a' => ['b' => 1], 'list' => [['c' => 2]]]]), CheckoutSessions::class);
        self::assertSame(1, $session->getMetadata()['a']->b);
        self::assertSame(2, $session->getMetadata()['list'][0]->c);
    }

    public function testReferencesAndNestedModels(): void
    {
        $amount = 5;
        $fields = ['amount' => &$amount];
        $model = new CheckoutSessionsCreate($fields);
        $amount = 6;
        self::assertSame(5, $model->getAmount());
        self::assertSame('{"inner":{"amount":5}}', json_encode(new CheckoutSessionsCreate(['inner' => $model])));
    }

    public function testAValueThatContainsItselfIsRefused(): void
    {
        $loop = [];
        $loop['loop'] = &$loop;
        $this->expectException(\LomiSDK\Exception\ValidationError::class);
        json_encode(new CheckoutSessionsCreate(['metadata' => $loop]), JSON_THROW_ON_ERROR);
    }

    public function testTooFewArguments(): void
    {
        $this->expectException(\ArgumentCountError::class);
        (new CheckoutSessionsCreate())->setAmount();
    }

    public function testWrongTypesAreTypeErrors(): void
    {
        $this->expectException(\TypeError::class);
        new CheckoutSessionsCreate('text');
    }

    public function testEnumsOfTheUsersOwn(): void
    {
        self::assertSame('{"currency_code":"XOF"}', json_encode(new CheckoutSessionsCreate(['currency_code' => Currency::Franc])));
    }
}

enum Currency: string
{
    case Franc = 'XOF';
}
