<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\ValidationError;
use LomiSDK\Inbox\Inbox;
use LomiSDK\Inbox\RedisTransaction;
use LomiSDK\Inbox\Store;
use LomiSDK\LomiClient;
use LomiSDK\Model\Event;
use LomiSDK\Tests\Support\Inbox\InboxTestCase;
use LomiSDK\Tests\Support\Inbox\Worker;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Webhooks;
use PDO;

require_once __DIR__ . '/Support/Inbox/autoload.php';

/** What an inbox does over every store. */
final class InboxTest extends InboxTestCase
{
    /** @return list<string> the ids of the sessions */
    private static function pay(LomiClient $lomi, int ...$amounts): array
    {
        return array_map(function (int $amount) use ($lomi): string {
            $session = $lomi->checkoutSessions->create(['amount' => $amount, 'currency_code' => 'XOF']);
            $lomi->request('POST', "/_sandbox/sessions/{$session->getCheckoutSessionId()}/pay", ['body' => new \stdClass()]);
            return $session->getCheckoutSessionId();
        }, $amounts);
    }

    /** A new sandbox, and its client. */
    private function sandbox(): LomiClient
    {
        $this->sandbox = Sandbox::start();
        return new LomiClient($this->sandbox->key, ['base_url' => $this->sandbox->url]);
    }

    private ?Sandbox $sandbox = null;

    /** @dataProvider kinds */
    public function testAnEventIsHandedOverOnce(string $kind): void
    {
        $shop = self::open($kind);
        $event = self::event('t1');
        $seen = [];
        $handler = function (Event $event, object $transaction) use ($shop, &$seen): void {
            $seen[] = [$event, $transaction];
            ($shop->handler())($event, $transaction);
        };
        self::assertTrue($shop->inbox->handle($event, $handler));
        self::assertSame($event, $seen[0][0]);
        $shop->connection === null ? self::assertInstanceOf(RedisTransaction::class, $seen[0][1])
            : self::assertSame($shop->connection, $seen[0][1]);
        self::assertFalse($shop->inbox->handle($event, self::unused()));
        self::assertFalse($shop->inbox->handle(self::event('t1', id: 'd2'), self::unused()), 'Wave sends a new id each time');
        self::assertTrue($shop->inbox->handle(self::event('t2', 250), $handler));
        self::assertSame(['PAYMENT_SUCCEEDED t1 webhook', 'PAYMENT_SUCCEEDED t2 webhook'], $shop->lines());
        self::assertSame([350, 2], [$shop->balance(), $shop->marks()]);
        $shop->inbox->createTable();
        self::assertFalse($shop->inbox->handle($event, self::unused()), 'the table stays');
    }

    /** @dataProvider kinds */
    public function testAHandlerThatFailsLeavesNothing(string $kind): void
    {
        $shop = self::open($kind);
        $error = new \DomainException('no such order');
        foreach (['within', 'finished'] as $step) {
            $handler = $shop->handler(fn (string $at) => $at === $step ? throw $error : null);
            self::assertSame($error, self::thrownBy(fn () => $shop->inbox->handle(self::event('t1'), $handler)));
            self::assertSame([[], 0, 0], [$shop->lines(), $shop->balance(), $shop->marks()]);
        }
        self::assertTrue($shop->inbox->handle(self::event('t1'), $shop->handler()));
        self::assertFalse($shop->inbox->handle(self::event('t1'), self::unused()));
        self::assertSame([['PAYMENT_SUCCEEDED t1 webhook'], 100, 1], [$shop->lines(), $shop->balance(), $shop->marks()]);
    }

    /** @dataProvider kinds */
    public function testAWebhookAndReconcileBringAnEventOnceTogether(string $kind): void
    {
        [$shop, $lomi] = [self::open($kind), $this->sandbox()];
        $lomi->webhooks->create(['url' => 'http://127.0.0.1:1/hook', 'authorized_events' => ['PAYMENT_SUCCEEDED']]);
        [$session] = self::pay($lomi, 7000, 8000);
        $sent = json_decode(file_get_contents("{$this->sandbox->url}/_sandbox/deliveries"), false)->deliveries;
        foreach ($sent as $delivery) {
            $payload = $delivery->attempts[0]->payload ?? null;
            if ($payload?->data->checkout_session_id === $session) {
                $body = json_encode($payload);
                $event = Webhooks::constructEvent($body, Webhooks::sign($body, self::SECRET), self::SECRET);
            }
        }
        self::assertTrue($shop->inbox->handle($event, $shop->handler()));

        $missing = self::thrownBy(fn () => $shop->inbox->reconcile($lomi, self::unused()));
        self::assertInstanceOf(ValidationError::class, $missing);
        self::assertStringContainsString('since is missing', $missing->getMessage());

        self::assertSame(3, $shop->inbox->reconcile($lomi, $shop->handler(), since: '2020-01-01'));
        self::assertCount(4, $shop->lines());
        self::assertSame([15000, 4], [$shop->balance(), $shop->marks()]);
        $sources = array_map(fn (string $line): string => explode(' ', $line)[2], $shop->lines());
        self::assertEquals(['webhook' => 1, 'reconcile' => 3], array_count_values($sources));
        self::assertSame(0, $shop->inbox->reconcile($lomi, self::unused()), 'the cursor was stored');
        self::pay($lomi, 500);
        self::assertSame(2, $shop->inbox->reconcile($lomi, $shop->handler(), since: '2099-01-01'), 'the stored cursor wins');
        self::assertSame(15500, $shop->balance());
    }

    /** @dataProvider kinds */
    public function testTheCursorIsStoredInTheTransactionOfItsEvent(string $kind): void
    {
        [$shop, $lomi] = [self::open($kind), $this->sandbox()];
        self::pay($lomi, 5001, 5002);
        $cursors = array_keys(iterator_to_array($lomi->reconcile('2020-01-01')));
        self::assertNull($shop->store->loadCursor());
        foreach ([1, 2] as $run) {
            // The transaction of the second event of each run fails after everything was written.
            $events = 0;
            $handler = $shop->handler(function (string $at) use (&$events): void {
                if ($at === 'finished' && ++$events === 2) {
                    throw new \DomainException('killed');
                }
            });
            $run = fn () => $shop->inbox->reconcile($lomi, $handler, '2020-01-01');
            self::assertInstanceOf(\DomainException::class, self::thrownBy($run));
            // A cursor also has the time of its run, so it is compared by what it brings.
            $rest = count(iterator_to_array($lomi->reconcile($shop->store->loadCursor()), false));
            self::assertSame(count($cursors) - $shop->marks(), $rest);
        }
        self::assertSame(2, $shop->marks());
        self::assertSame(2, $shop->inbox->reconcile($lomi, $shop->handler()));
        self::assertSame([4, 10003], [count($shop->lines()), $shop->balance()]);
    }

    /** The cursor is not stored for each event that was handled before, but now and then. */
    public function testRepeatedEventsStoreTheCursorNowAndThen(): void
    {
        $lomi = $this->sandbox();
        self::pay($lomi, ...range(1000, 1025));
        $store = new class () implements Store {
            public array $cursors = [];
            public bool $repeated = true;

            public function createTable(): void
            {
            }

            public function handle(string $key, string $name, string $source, ?string $cursor, callable $work): bool
            {
                return !$this->repeated;
            }

            public function loadCursor(): ?string
            {
                return null;
            }

            public function storeCursor(string $cursor): void
            {
                $this->cursors[] = $cursor;
            }

            public function deleteBefore(int $time): int
            {
                return 0;
            }
        };
        $inbox = new Inbox($store);
        self::assertSame(0, $inbox->reconcile($lomi, self::unused(), new \DateTimeImmutable('-1 hour')));
        self::assertCount(2, $store->cursors, 'after 50 of 52 events, and at the end');
        self::assertCount(2, iterator_to_array($lomi->reconcile($store->cursors[0]), false));
        self::assertSame([], iterator_to_array($lomi->reconcile($store->cursors[1])));
        $store->repeated = false;
        self::assertSame(52, $inbox->reconcile($lomi, self::unused(), '2020-01-01'));
        self::assertCount(3, $store->cursors, 'each handled event stores its cursor in its transaction');
    }

    /** @dataProvider kinds */
    public function testOfTwoProcessesAtOnceOneHandlesTheEvent(string $kind): void
    {
        $shop = self::open($kind);
        $settings = ['shop' => [$kind, self::servers(), $shop->name], 'mode' => 'webhooks', 'secret' => self::SECRET];
        $all = ['ready', 'before', 'within', 'finished', 'handled', 'done'];
        foreach (['t1' => false, 't2' => true] as $transaction => $fail) {
            $goOn = sys_get_temp_dir() . '/lomi-inbox-' . bin2hex(random_bytes(6));
            $first = new Worker($settings, [self::delivery($transaction) + ['until' => $goOn, 'fail' => $fail]]);
            $first->readLines(3);
            self::assertSame(['ready', 'before', 'within'], $first->lines);
            $second = new Worker($settings, [self::delivery($transaction)]);
            $second->readLines(2);
            Worker::wait([$second], 0.1);
            self::assertSame(['ready', 'before'], $second->lines, 'it waits until the first one has committed or rolled back');
            touch($goOn);
            self::assertSame($fail ? $all : ['ready', 'before', 'repeated', 'done'], $second->finish());
            self::assertSame($fail ? ['ready', 'before', 'within', 'failed the handler fails', 'done'] : $all, $first->finish());
            unlink($goOn);
        }
        self::assertSame(['PAYMENT_SUCCEEDED t1 webhook', 'PAYMENT_SUCCEEDED t2 webhook'], $shop->lines());
        self::assertSame([200, 2], [$shop->balance(), $shop->marks()]);
    }

    /** @dataProvider kinds */
    public function testOldMarksAreDeleted(string $kind): void
    {
        $shop = self::open($kind);
        $shop->inbox->handle(self::event('t1'), $shop->handler());
        $shop->store->storeCursor('c1');
        $shop->store->storeCursor('c2');
        self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $shop->inbox->deleteOld(0)));
        if ($shop->connection === null) {
            [$key] = $shop->reader()->keys("$shop->name:inbox:lomi-*");
            self::assertEqualsWithDelta(90 * 86400, $shop->reader()->ttl($key), 5);
            self::assertSame(-1, $shop->reader()->ttl("$shop->name:inbox:cursor"));
            self::assertSame(0, $shop->inbox->deleteOld());
        } else {
            self::assertSame(0, $shop->inbox->deleteOld());
            $shop->reader()->exec("UPDATE {$shop->table()} SET handled_at = handled_at - 86400 * 91");
            self::assertSame(0, $shop->inbox->deleteOld(92));
            self::assertSame(1, $shop->inbox->deleteOld());
            self::assertSame(0, $shop->marks());
        }
        self::assertSame('c2', $shop->store->loadCursor());
    }

    /** @dataProvider sqlKinds */
    public function testTheRowSaysWhatWasHandled(string $kind): void
    {
        $shop = self::open($kind);
        $event = self::event('t1')->setEvent("PAYMENT\u{e9}\0" . str_repeat('x', 300));
        self::assertTrue($shop->inbox->handle($event, fn () => null));
        $row = $shop->reader()->query("SELECT * FROM {$shop->table()}")->fetch(PDO::FETCH_ASSOC);
        self::assertSame(['event_key', 'event_name', 'detail', 'handled_at'], array_keys($row));
        self::assertSame([Webhooks::replayKey($event), 'webhook'], [$row['event_key'], $row['detail']]);
        self::assertSame('PAYMENT???' . str_repeat('x', 245), $row['event_name'], 'every database takes it');
        self::assertEqualsWithDelta(time(), $row['handled_at'], 5);
    }

    /**
     * @testWith ["sqlite"]
     *           ["pgsql"]
     *           ["mysql"]
     */
    public function testTheReadmeLosesNoPayment(string $kind): void
    {
        [$section] = explode("\n## ", explode('## Never lose a payment', (string) file_get_contents(__DIR__ . '/../README.md'))[1]);
        self::assertSame(1, preg_match('/```php\n(\$inbox = .*?)```/s', $section, $block));
        [$pdo, $lomi] = [self::open($kind)->pdo(), $this->sandbox()];
        $pdo->exec('DROP TABLE IF EXISTS lomi_inbox');
        $pdo->exec('CREATE TABLE payments (id VARCHAR(80) NOT NULL, amount BIGINT NOT NULL)');
        $event = self::event('t1', 300);
        self::pay($lomi, 5001, 5002);
        foreach ([1, 2] as $run) {
            eval($block[1]);
            self::assertSame([3, 10303], array_map('intval', $pdo->query('SELECT COUNT(*), SUM(amount) FROM payments')->fetch(PDO::FETCH_NUM)));
        }
        $marks = $pdo->query("SELECT detail, COUNT(*) FROM lomi_inbox WHERE event_name <> 'cursor' GROUP BY detail")->fetchAll(PDO::FETCH_KEY_PAIR);
        self::assertEquals(['webhook' => 1, 'reconcile' => 4], $marks);
    }

    public function testTheReadmeOfThePackageCountsInRedis(): void
    {
        $readme = (string) file_get_contents(__DIR__ . '/../frameworks/README.md');
        self::assertSame(1, preg_match('/```php\n(\$inbox = .*?)```/s', explode('### Redis', $readme)[1], $block));
        $redis = self::open('redis')->redis();
        foreach ([self::event('t1', 300), self::event('t1', 300), self::event('t2', 50)] as $event) {
            eval($block[1]);
        }
        self::assertSame('350', $redis->get('balance'));
    }
}
