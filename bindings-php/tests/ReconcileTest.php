<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Exception\ServerError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\MissedEvents;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\Event;
use LomiSDK\Model\Transactions;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;
use LomiSDK\Webhook\MemoryStore;
use LomiSDK\Webhook\ReplayGuard;
use LomiSDK\Webhooks;

foreach (['ReplayStore', 'MemoryStore', 'ReplayGuard'] as $file) {
    require_once dirname(__DIR__) . "/frameworks/src/Webhook/$file.php";
}

/** The events that a program has missed, against the sandbox. */
final class ReconcileTest extends SandboxTestCase
{
    private const THREE = ['PAYMENT_SUCCEEDED' => 3, 'CHECKOUT_SESSION_COMPLETED' => 3];
    private const ONE = ['PAYMENT_SUCCEEDED' => 1, 'CHECKOUT_SESSION_COMPLETED' => 1];

    private Sandbox $sandbox;

    protected function setUp(): void
    {
        $this->sandbox = Sandbox::start();
    }

    private function shop(callable $transport, array $options = []): LomiClient
    {
        $http = $transport() === null ? [] : ['http_client' => $transport()];
        return new LomiClient($this->sandbox->key, $options + $http + ['base_url' => $this->sandbox->url]);
    }

    private static function pay(LomiClient $lomi, int ...$amounts): void
    {
        foreach ($amounts as $amount) {
            $session = $lomi->checkoutSessions->create(['amount' => $amount, 'currency_code' => 'XOF']);
            $lomi->request('POST', "/_sandbox/sessions/{$session->getCheckoutSessionId()}/pay", ['body' => new \stdClass()]);
        }
    }

    /** @param iterable<string, Event> $missed */
    private static function assertBrings(array $wanted, iterable $missed): void
    {
        $names = [];
        foreach ($missed as $event) {
            $names[] = (string) $event->getEvent();
        }
        self::assertEquals($wanted, array_count_values($names));
    }

    /** @dataProvider transports */
    public function testWhatHasEndedIsBroughtOnce(callable $transport): void
    {
        $lomi = $this->shop($transport);
        self::pay($lomi, 5001, 5002, 5003);
        $missed = $lomi->reconcile('2020-01-01');
        self::assertInstanceOf(MissedEvents::class, $missed);
        self::assertSame('2020-01-01', $missed->getCursor());
        $found = $amounts = [];
        foreach ($missed as $cursor => $event) {
            self::assertInstanceOf(Event::class, $event);
            self::assertSame('reconcile', $event->getSource());
            self::assertSame($cursor, $missed->getCursor());
            self::assertLessThan(2048, strlen($cursor));
            $data = $event->getData();
            if ((string) $event->getEvent() === 'PAYMENT_SUCCEEDED') {
                self::assertInstanceOf(Transactions::class, $data);
                $amounts[] = $data->getGrossAmount();
            } else {
                self::assertInstanceOf(CheckoutSessions::class, $data);
            }
            $found[] = $event;
        }
        self::assertSame([5001, 5002, 5003], $amounts);
        self::assertBrings(self::THREE, $found);
        self::assertSame([false, null, null], [$missed->valid(), $missed->current(), $missed->key()]);
        self::assertNotSame($cursor, $missed->getCursor(), 'the cursor of the next run');
        self::assertSame(200, $lomi->getLastResponse()->getStatus());

        $again = $lomi->reconcile($missed->getCursor());
        self::assertSame([], iterator_to_array($again));
        self::pay($lomi, 5004);
        $more = iterator_to_array($lomi->reconcile($again->getCursor()), false);
        self::assertBrings(self::ONE, $more);
        $keys = array_map(Webhooks::replayKey(...), [...$found, ...$more]);
        self::assertSame($keys, array_unique($keys));
    }

    /** @dataProvider transports */
    public function testACrashLosesNothing(callable $transport): void
    {
        $lomi = $this->shop($transport);
        self::pay($lomi, 5001, 5002, 5003);
        $handled = [];
        foreach ($missed = $lomi->reconcile('2020-01-01') as $cursor => $event) {
            $handled[] = $event;
            if (count($handled) === 2) {
                break;
            }
        }
        self::assertSame($cursor, $missed->getCursor());
        $rest = iterator_to_array($lomi->reconcile($cursor), false);
        self::assertBrings(self::THREE, [...$handled, ...$rest]);
        // The same object continues with the event at which the loop has ended.
        $copy = clone $missed;
        self::assertEquals([$event, ...$rest], iterator_to_array($missed, false));
        self::assertEquals([$event], iterator_to_array($copy, false), 'a copy shares the run');
    }

    /** @dataProvider transports */
    public function testAWebhookAndReconcileBringTheSameEvent(callable $transport): void
    {
        $lomi = $this->shop($transport);
        $server = new FaultServer([['status' => 204]]);
        $hook = $lomi->webhooks->create(['url' => "$server->url/hook", 'authorized_events' => ['PAYMENT_SUCCEEDED']]);
        self::pay($lomi, 7000);
        for ($tries = 0; $server->requests() === [] && $tries < 400; $tries++) {
            usleep(50_000);
        }
        [$delivery] = $server->requests();
        $headers = array_change_key_case($delivery['headers']);
        $byWebhook = Webhooks::constructEvent($delivery['body'], $headers['x-lomi-signature'], $hook->getSecret());
        $isPaid = fn (Event $event) => (string) $event->getEvent() === 'PAYMENT_SUCCEEDED';
        [$paid] = array_values(array_filter(iterator_to_array($lomi->reconcile('2020-01-01'), false), $isPaid));
        self::assertSame([$byWebhook::class, $byWebhook->getData()::class], [$paid::class, $paid->getData()::class]);
        self::assertSame(Webhooks::replayKey($byWebhook), Webhooks::replayKey($paid));
    }

    public function testATime(): void
    {
        $lomi = $this->shop(fn () => null);
        self::pay($lomi, 5001);
        $east = new \DateTimeZone('Asia/Tokyo');
        foreach ([new \DateTimeImmutable('-1 hour'), new \DateTime('-1 hour', $east), gmdate('Y-m-d', time() - 86400)] as $since) {
            self::assertBrings(self::ONE, $lomi->reconcile($since));
        }
        self::assertBrings([], $lomi->reconcile(new \DateTimeImmutable('+1 hour')));
    }

    /** @dataProvider transports */
    public function testASinceThatIsNoneIsRefusedBeforeAnythingIsSent(callable $transport): void
    {
        $server = FaultServer::json('[]');
        $http = $transport() === null ? [] : ['http_client' => $transport()];
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url] + $http);
        foreach (['', 'yesterday', '{}', '{"v":2}', "\xff", null, 5, true, [], new \stdClass()] as $since) {
            $thrown = self::thrownBy(fn () => $lomi->reconcile($since));
            self::assertInstanceOf(ValidationError::class, $thrown);
            self::assertStringContainsString('since', $thrown->getMessage());
        }
        self::assertSame([], $server->requests());
        self::assertSame([false, ''], [(new MissedEvents())->valid(), (new MissedEvents())->getCursor()]);
    }

    /** @dataProvider transports */
    public function testAfterAnErrorTheSameRequestIsMadeAgain(callable $transport): void
    {
        $json = ['Content-Type' => 'application/json'];
        $failed = ['status' => 500, 'body' => '{}', 'headers' => $json];
        $server = new FaultServer([$failed, $failed, ['status' => 200, 'body' => '{"success":true,"data":[]}', 'headers' => $json]]);
        $http = $transport() === null ? [] : ['http_client' => $transport()];
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'max_retries' => 0] + $http);
        $missed = $lomi->reconcile('2026-01-01');
        self::assertInstanceOf(ServerError::class, self::thrownBy(fn () => $missed->valid()));
        self::assertInstanceOf(ServerError::class, self::thrownBy(fn () => iterator_to_array($missed)));
        self::assertSame([], iterator_to_array($missed));
        $paths = array_column($server->requests(), 'path');
        self::assertSame([$paths[0], $paths[0]], [$paths[1], $paths[2]]);
        self::assertStringStartsWith('{', $missed->getCursor());
    }

    /** @dataProvider transports */
    public function testTheHooksAreCalled(callable $transport): void
    {
        self::pay($this->shop(fn () => null), 5001);
        $seen = [];
        $missed = null;
        $lomi = $this->shop($transport, ['on_request' => function ($event) use (&$seen, &$missed): void {
            $seen[] = $event->operation;
            self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $missed->valid()), 'not at once');
        }]);
        $missed = $lomi->reconcile('2020-01-01');
        self::assertBrings(self::ONE, $missed);
        self::assertContains('list_transactions', $seen);
    }

    public function testTheReadmeLosesNoPayment(): void
    {
        $readme = (string) file_get_contents(__DIR__ . '/../README.md');
        $section = explode('## Never lose a payment', $readme)[1];
        self::assertSame(1, preg_match('/```php\n(foreach.*?)```/s', $section, $block));
        $lomi = $this->shop(fn () => null);
        self::pay($lomi, 5001, 5002, 5003);
        $stored = $handled = [];
        $loadCursor = function () use (&$stored): ?string {
            return end($stored) ?: null;
        };
        $saveCursor = function (string $cursor) use (&$stored): void {
            $stored[] = $cursor;
        };
        $guard = new ReplayGuard(new MemoryStore());
        $handle = function (Event $event) use (&$handled): void {
            $handled[] = $event;
        };
        foreach ([6, 6] as $count) {
            eval($block[1]);
            self::assertCount($count, $handled);
        }
        self::pay($lomi, 5004);
        eval($block[1]);
        self::assertCount(8, $handled);
        self::assertCount(8 + 3, $stored);
    }
}
