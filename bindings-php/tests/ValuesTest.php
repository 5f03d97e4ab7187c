<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\SandboxTestCase;

enum Backed: string
{
    case Xof = 'XOF';
}

enum Plain
{
    case Xof;
}

final class Order
{
    public int $amount = 500;
    public string $missing;
    private string $secret = 'x';

    public function __construct(public readonly string $title = 'T')
    {
    }
}

final class Closed
{
    public function __construct(private int $amount = 500)
    {
    }
}

/** As Doctrine's collections: walked through and counted, not an array. */
final class Collection implements \IteratorAggregate, \Countable
{
    public function __construct(private array $items)
    {
    }

    public function getIterator(): \Traversable
    {
        yield from $this->items;
    }

    public function count(): int
    {
        return count($this->items);
    }
}

/** What PHP's own values become in a body: what they mean, or an error that names the field. */
final class ValuesTest extends SandboxTestCase
{
    private static ?FaultServer $server = null;

    private static function sent(callable $call): array
    {
        self::$server ??= FaultServer::json(self::session());
        $call((new LomiClient('lomi_sk_test_1', ['base_url' => self::$server->url, 'routes' => 'current']))->checkoutSessions);
        $requests = self::$server->requests();
        return json_decode(end($requests)['body'], true, 64, JSON_THROW_ON_ERROR);
    }

    public static function tearDownAfterClass(): void
    {
        self::$server = null;
    }

    public static function meant(): array
    {
        $items = [['price_id' => 'p1'], ['price_id' => 'p2']];
        $filled = function (object $list) use ($items): object {
            foreach ($items as $item) {
                $list[] = $item;
            }
            return $list;
        };
        $stack = $filled(new \SplStack());
        $heap = new class () extends \SplHeap {
            protected function compare($a, $b): int
            {
                return strcmp($b['price_id'], $a['price_id']);
            }
        };
        array_map(fn ($item) => $heap->insert($item), $items);
        $emptying = $filled(new \SplQueue());
        $emptying->setIteratorMode(\SplQueue::IT_MODE_DELETE);
        $map = ['order' => '500', 'nested' => ['a' => ['b']]];
        return [
            'ArrayObject' => [['metadata' => new \ArrayObject($map)], ['metadata' => $map]],
            'ArrayObject in ArrayObject' => [['metadata' => new \ArrayObject(['a' => new \ArrayObject(['b' => 1])])], ['metadata' => ['a' => ['b' => 1]]]],
            'ArrayIterator' => [['line_items' => new \ArrayIterator($items)], ['line_items' => $items]],
            'SplQueue' => [['line_items' => $filled(new \SplQueue())], ['line_items' => $items]],
            'SplQueue that empties itself' => [['line_items' => $emptying], ['line_items' => $items]],
            'SplStack' => [['line_items' => $stack], ['line_items' => array_reverse($items)]],
            'SplHeap' => [['line_items' => $heap], ['line_items' => $items]],
            'SplFixedArray' => [['line_items' => \SplFixedArray::fromArray($items)], ['line_items' => $items]],
            'a collection' => [['line_items' => new Collection($items)], ['line_items' => $items]],
            'a collection of names' => [['metadata' => new Collection($map)], ['metadata' => $map]],
            'a generator' => [['line_items' => (fn () => yield from $items)()], ['line_items' => $items]],
            'array_filter leaves gaps' => [['line_items' => array_filter([null, ...$items])], ['line_items' => $items]],
            'numeric names of metadata' => [['metadata' => [7 => 'a']], ['metadata' => ['7' => 'a']]],
            'stdClass' => [['metadata' => (object) $map], ['metadata' => $map]],
            'public properties' => [['metadata' => new Order()], ['metadata' => ['amount' => 500, 'title' => 'T']]],
            'a backed enum' => [['currency_code' => Backed::Xof], ['currency_code' => 'XOF']],
            'a date' => [['expires_at' => new \DateTimeImmutable('2026-01-02 03:04:05+01:00')], ['expires_at' => '2026-01-02T03:04:05+01:00']],
            'a Stringable' => [['title' => new class () { public function __toString(): string { return 'T'; } }], ['title' => 'T']],
            'JsonSerializable' => [['metadata' => new class ($map) implements \JsonSerializable { public function __construct(private array $m) {} public function jsonSerialize(): mixed { return new \ArrayObject($this->m); } }], ['metadata' => $map]],
        ];
    }

    /** @dataProvider meant */
    public function testObjectsAreSentAsWhatTheyMean(array $fields, array $expected): void
    {
        $sent = self::sent(fn ($sessions) => $sessions->create(['amount' => 1] + $fields));
        self::assertSame(['amount' => 1] + $expected, array_intersect_key($sent, ['amount' => 1] + $expected));
        // As the body, and inside of what is sent on.
        if (reset($fields) instanceof \Generator) { // which runs once
            return;
        }
        $sent = self::sent(fn ($sessions) => $sessions->update('cs_1', new \ArrayObject(['metadata' => ['deep' => [$fields]]])));
        self::assertSame(array_key_first($fields), array_key_first($sent['metadata']['deep'][0]));
    }

    public function testTheSameListCanBeSentTwice(): void
    {
        $heap = new \SplMinHeap();
        $heap->insert('a');
        foreach ([1, 2] as $time) {
            self::assertSame(['a'], self::sent(fn ($sessions) => $sessions->update('cs_1', ['metadata' => ['list' => $heap]]))['metadata']['list']);
        }
    }

    public static function refused(): array
    {
        $used = (fn () => yield 1)();
        iterator_to_array($used);
        $begun = (function () { yield 1; yield 2; })();
        $begun->next();
        $storage = new \SplObjectStorage();
        $storage[new \stdClass()] = '500';
        $weak = new \WeakMap();
        $cycle = new \ArrayObject();
        $cycle['self'] = $cycle;
        $list = ['a'];
        $list[] = &$list;
        return [
            'SplObjectStorage' => [$storage, 'SplObjectStorage'],
            'WeakMap' => [$weak, 'WeakMap'],
            'a closure' => [fn () => 1, 'Closure'],
            'a generator that was used' => [$used, 'Generator'],
            'a generator that was begun' => [$begun, 'generator that was already run'],
            'keys twice' => [(function () { yield 'a' => 1; yield 'a' => 2; })(), '"a" twice'],
            'an enum without values' => [Plain::Xof, Plain::class],
            'no public properties' => [new Closed(), Closed::class],
            'DateInterval' => [new \DateInterval('P1D'), 'DateInterval'],
            'DateTimeZone' => [new \DateTimeZone('UTC'), 'DateTimeZone'],
            'an exception' => [new \RuntimeException('x'), 'RuntimeException'],
            'a file' => [new \SplFileInfo(__FILE__), 'SplFileInfo'],
            'a resource' => [fopen('php://memory', 'r'), 'resource'],
            'our client' => [new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1']), 'LomiClient'],
            'NaN' => [NAN, 'finite'],
            'infinity' => [INF, 'finite'],
            'an object that contains itself' => [$cycle, 'contains itself'],
            'an array that contains itself' => [$list, 'contains itself'],
            'latin-1' => ["caf\xe9", 'UTF-8'],
            'a latin-1 key' => [["caf\xe9" => 1], 'UTF-8'],
            'a latin-1 key of a generator' => [new \ArrayObject(["caf\xe9" => 1]), 'UTF-8'],
            'a latin-1 Stringable' => [new class () { public function __toString(): string { return "\xe9"; } }, 'UTF-8'],
        ];
    }

    /** @dataProvider refused */
    public function testWhatHasNoMeaningIsRefusedWithTypeAndPlace(mixed $value, string $said): void
    {
        $sessions = (new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1']))->checkoutSessions;
        $calls = [
            'metadata.deep' => fn () => $sessions->create(['amount' => 1, 'metadata' => ['deep' => $value]]),
            'metadata' => fn () => $sessions->create(['amount' => 1, 'metadata' => $value]),
            'line_items' => fn () => $sessions->update('cs_1', ['line_items' => [['price_id' => $value]]]),
        ];
        if (!is_array($value) && !is_float($value) && !$value instanceof \Generator) {
            $calls['the query'] = fn () => $sessions->list(['q' => [$value]]);
        }
        foreach ($calls as $place => $call) {
            $e = self::thrownBy($call);
            self::assertInstanceOf(ValidationError::class, $e, $place);
            self::assertStringContainsString($place === 'the query' ? 'q' : ($said === 'contains itself' ? strtok($place, '.') : $place), $e->getMessage());
            if (!$value instanceof \Generator) { // which is used up by the first call
                self::assertStringContainsString($said, $e->getMessage());
            }
            self::assertStringNotContainsString('anonymous/', $e->getMessage());
        }
    }

    public function testTypesAreNamedInOptionsAndRawRequestsToo(): void
    {
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1']);
        $array = new \ArrayObject(['X-A' => 'b']);
        foreach ([
            'headers must be an array of names and values, not ArrayObject' => fn () => $client->checkoutSessions->get('a', ['headers' => $array]),
            'X-A must be a string, not ArrayObject' => fn () => $client->checkoutSessions->get('a', ['headers' => ['X-A' => $array]]),
            'request_id must be a string, not Closure' => fn () => $client->checkoutSessions->get('a', ['request_id' => fn () => 1]),
            'x.y is not a finite number' => fn () => $client->request('POST', '/a', ['body' => ['x' => ['y' => NAN]]]),
            'q is not a finite number' => fn () => $client->request('GET', '/a', ['query' => ['q' => INF]]),
            'the body is of type Closure' => fn () => $client->request('POST', '/a', ['body' => fn () => 1]),
            "the name of the field caf\u{fffd}" => fn () => new \LomiSDK\Model\CheckoutSessions(["caf\xe9" => 1]),
        ] as $said => $call) {
            $e = self::thrownBy($call);
            self::assertInstanceOf(ValidationError::class, $e);
            self::assertStringContainsString($said, $e->getMessage());
        }
        self::assertInstanceOf(\LomiSDK\Exception\SignatureVerificationError::class, self::thrownBy(
            fn () => \LomiSDK\Webhooks::constructEvent('{}', 'sha256=' . str_repeat('0', 64), ["\xe9" => 'whsec_1']),
        ));
    }

    public function testAnExceptionOfTheCallersOwnGoesThrough(): void
    {
        $sessions = (new LomiClient('lomi_sk_test_1', ['base_url' => 'http://127.0.0.1:1']))->checkoutSessions;
        $broken = (function () { yield 1; throw new \LogicException('mine'); })();
        self::assertInstanceOf(\LogicException::class, self::thrownBy(fn () => $sessions->create(['metadata' => $broken])));
    }

    public static function otherEncodings(): array
    {
        $client = fn (array $options = []) => new LomiClient('lomi_sk_test_1', $options + ['base_url' => 'http://127.0.0.1:1']);
        return [
            'the key' => [fn () => new LomiClient("lomi_sk_test_\xe9"), '$apiKey'],
            'the key in a call' => [fn () => $client()->checkoutSessions->get('a', ['api_key' => "lomi_sk_test_\xe9"]), 'api_key'],
            'the idempotency key' => [fn () => $client()->checkoutSessions->create([], ['idempotency_key' => "order-\xe9"]), 'idempotency_key'],
            'an id' => [fn () => $client()->checkoutSessions->get("\xe9"), 'id'],
            'a header' => [fn () => $client(['headers' => ['X-Mine' => "\xe9"]]), 'X-Mine'],
            'the name of a header' => [fn () => $client(['headers' => ["X-\xe9" => 'a']])->checkoutSessions->get('a'), 'X-'],
            'a path' => [fn () => $client()->request('GET', "/\xe9"), '$path'],
            'a query' => [fn () => $client()->request('GET', '/a', ['query' => ['q' => "\xe9"]]), 'q'],
            'the key of an order' => [fn () => \LomiSDK\IdempotencyKey::forOrder("\xe9"), 'the order'],
            'the base URL' => [fn () => $client(['base_url' => "http://127.0.0.1/\xe9"]), 'base_url'],
        ];
    }

    /** @dataProvider otherEncodings */
    public function testTextInAnotherEncodingIsRefusedByName(callable $call, string $name): void
    {
        $e = self::thrownBy($call);
        self::assertInstanceOf(\LomiSDK\ApiException::class, $e);
        self::assertTrue($e instanceof ValidationError || $e instanceof ConfigurationError, get_class($e));
        self::assertStringContainsString($name, $e->getMessage());
        self::assertStringNotContainsString('lomi_sk_test_', $e->getMessage());
        self::assertTrue(mb_check_encoding($e->getMessage(), 'UTF-8'));
    }
}
