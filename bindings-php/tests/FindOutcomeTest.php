<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Exception\CancelledError;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\Exception\OutcomeUnknownError;
use LomiSDK\Exception\ServerError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\FoundOutcome;
use LomiSDK\LomiClient;
use LomiSDK\Model\CheckoutSessions;
use LomiSDK\Model\Refunds;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Finding out whether a call was done whose response was lost, against the sandbox. */
final class FindOutcomeTest extends SandboxTestCase
{
    private const LOST = ['headers' => ['X-Sandbox-Fault' => 'reset-after']];
    private const NEVER_CAME = ['headers' => ['X-Sandbox-Fault' => 'reset-before']];

    /** @var array<string, Sandbox> */
    private static array $sandboxes = [];

    public static function tearDownAfterClass(): void
    {
        self::$sandboxes = [];
    }

    private static function sandbox(string $generation): Sandbox
    {
        return self::$sandboxes[$generation] ??= Sandbox::start('--generation', $generation);
    }

    private static function shop(callable $transport, array $options = [], string $generation = 'd'): LomiClient
    {
        $http = $transport() === null ? [] : ['http_client' => $transport()];
        $sandbox = self::sandbox($generation);
        return new LomiClient($sandbox->key, $options + $http + ['base_url' => $sandbox->url]);
    }

    /** The id of a transaction that was paid. */
    private static function paid(LomiClient $lomi): string
    {
        static $amount = 5000;
        $amount++;
        $session = $lomi->checkoutSessions->create(['amount' => $amount, 'currency_code' => 'XOF']);
        $lomi->request('POST', "/_sandbox/sessions/{$session->getCheckoutSessionId()}/pay", ['body' => new \stdClass()]);
        foreach ($lomi->transactions->list()->autoPagingIterator() as $transaction) {
            if ($transaction->getGrossAmount() == $amount) {
                return (string) $transaction->getTransactionId();
            }
        }
        self::fail('the session was paid');
    }

    private static function unknown(callable $call): OutcomeUnknownError&ApiException
    {
        $thrown = self::thrownBy($call);
        self::assertInstanceOf(OutcomeUnknownError::class, $thrown);
        return $thrown;
    }

    private static function lose(LomiClient $lomi, string $transaction, int $amount, array $options): OutcomeUnknownError&ApiException
    {
        $body = ['transaction_id' => $transaction, 'amount' => $amount];
        return self::unknown(fn () => $lomi->refunds->create($body, $options));
    }

    /** The stored facts of a call that was made so long ago. */
    private static function earlier(ApiException $e, int $seconds = 600): string
    {
        $known = json_decode($e->getUnknownCall());
        $known->started_at -= $seconds * 1000;
        $known->ended_at -= $seconds * 1000;
        return json_encode($known);
    }

    private static function done(FoundOutcome $found): mixed
    {
        self::assertSame('done', $found->getOutcome(), (string) $found->getReason());
        self::assertSame([[], null, null], [$found->getCandidates(), $found->getReason(), $found->getAskAgainAfter()]);
        return $found->getObject();
    }

    /** @dataProvider transports */
    public function testARefundIsFoundByTheExceptionAndByTheString(callable $transport): void
    {
        $lomi = self::shop($transport);
        $transaction = self::paid($lomi);
        $thrown = self::lose($lomi, $transaction, 1500, self::LOST);
        foreach ([$thrown, $thrown->getUnknownCall(), unserialize(serialize($thrown))] as $known) {
            $refund = self::done($lomi->findOutcome($known));
            self::assertInstanceOf(Refunds::class, $refund);
            self::assertSame([$transaction, 1500], [$refund->getTransactionId(), $refund->getRefundedAmount()]);
            self::assertNull($refund->getLastResponse());
        }
        // Another process.
        $code = '$lomi = new LomiSDK\LomiClient($argv[1], ["base_url" => $argv[2]]);'
            . 'echo $lomi->findOutcome($argv[3])->getObject()->getRefundId();';
        $sandbox = self::sandbox('d');
        $set = '$argv = ' . var_export(['', $sandbox->key, $sandbox->url, $thrown->getUnknownCall()], true) . ';';
        self::assertSame((string) $refund->getRefundId(), Process::php($set . $code));
    }

    /** @dataProvider transports */
    public function testWhatWasNotDoneIsKnownAfterAWhile(callable $transport): void
    {
        $lomi = self::shop($transport);
        $thrown = self::lose($lomi, self::paid($lomi), 1600, self::NEVER_CAME);
        $found = $lomi->findOutcome($thrown);
        self::assertSame(['ambiguous', null, []], [$found->getOutcome(), $found->getObject(), $found->getCandidates()]);
        self::assertStringContainsString('may still do it', $found->getReason());
        self::assertGreaterThan(0, $found->getAskAgainAfter());
        self::assertLessThanOrEqual(130, $found->getAskAgainAfter());
        $found = $lomi->findOutcome(self::earlier($thrown));
        self::assertSame(['not_done', null, null], [$found->getOutcome(), $found->getObject(), $found->getReason()]);
    }

    /** @dataProvider transports */
    public function testTwoEqualRefundsAreAmbiguousWithoutKnownIds(callable $transport): void
    {
        $lomi = self::shop($transport);
        $transaction = self::paid($lomi);
        $known = $lomi->refunds->create(['transaction_id' => $transaction, 'amount' => 1700]);
        $thrown = self::lose($lomi, $transaction, 1700, self::LOST);
        $found = $lomi->findOutcome($thrown);
        self::assertSame(['ambiguous', null], [$found->getOutcome(), $found->getAskAgainAfter()]);
        self::assertCount(2, $found->getCandidates());
        self::assertContainsOnlyInstancesOf(Refunds::class, $found->getCandidates());
        $refund = self::done($lomi->findOutcome($thrown, ['known_ids' => [$known->getRefundId()]]));
        self::assertNotSame($known->getRefundId(), $refund->getRefundId());
    }

    /** @dataProvider transports */
    public function testAKeyedCreateIsRepeatedWithItsKey(callable $transport): void
    {
        $seen = [];
        $lomi = self::shop($transport, ['on_request' => function ($event) use (&$seen): void {
            $seen[] = $event->idempotencyKey;
        }]);
        foreach ([self::LOST, self::NEVER_CAME] as $options) {
            $body = ['amount' => 700, 'currency_code' => 'XOF', 'title' => 'keyed'];
            $thrown = self::unknown(fn () => $lomi->checkoutSessions->create($body, $options));
            $seen = [];
            $session = self::done($lomi->findOutcome($thrown));
            self::assertInstanceOf(CheckoutSessions::class, $session);
            self::assertSame($thrown->getIdempotencyKey(), $session->getLastResponse()->getIdempotencyKey());
            self::assertSame([$thrown->getIdempotencyKey()], $seen);
        }
    }

    public function testADeletionHasNoObject(): void
    {
        $lomi = self::shop(fn () => null);
        $hook = $lomi->webhooks->create(['url' => 'https://shop.ci/hooks', 'authorized_events' => ['PAYMENT_SUCCEEDED']]);
        $thrown = self::unknown(fn () => $lomi->webhooks->delete((string) $hook->getWebhookId(), self::LOST));
        self::assertNull(self::done($lomi->findOutcome($thrown)));
    }

    /** @dataProvider transports */
    public function testTheSecondCallOfAConfirmation(callable $transport): void
    {
        $lomi = self::shop($transport, [], 'e');
        $transaction = self::paid($lomi);
        $body = ['transaction_id' => $transaction, 'amount' => 500];
        $lomi->refunds->create($body); // shows which API this is
        $thrown = self::lose($lomi, $transaction, 500, self::LOST);
        self::assertSame('not_done', $lomi->findOutcome($thrown)->getOutcome(), 'the first call does no work');
        $first = $lomi->refunds->create($body);
        // Each attempt of the second call is lost, and what curl sends again by itself.
        $fault = ['fault' => 'reset-after', 'count' => 99, 'method' => 'POST'];
        $lomi->request('POST', '/_sandbox/faults', ['body' => $fault]);
        $thrown = self::unknown(fn () => $first->confirm());
        $lomi->request('DELETE', '/_sandbox/faults');
        self::assertSame($transaction, self::done($lomi->findOutcome($thrown))->getTransactionId());
    }

    public function testACallThatASignalHasEndedLeavesWhatIsNeeded(): void
    {
        $lomi = self::shop(fn () => null);
        $transaction = self::paid($lomi);
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, function (): void {
            throw new \LogicException('too slow');
        });
        pcntl_alarm(1);
        $slow = ['headers' => ['X-Sandbox-Fault' => 'latency-after=20000']];
        $thrown = self::thrownBy(fn () => $lomi->refunds->create(['transaction_id' => $transaction, 'amount' => 1800], $slow));
        pcntl_signal(SIGALRM, SIG_DFL);
        self::assertInstanceOf(\LogicException::class, $thrown);
        $cancelled = $thrown->getPrevious();
        self::assertInstanceOf(CancelledError::class, $cancelled);
        self::assertSame($transaction, self::done($lomi->findOutcome($cancelled))->getTransactionId());
    }

    /** @dataProvider transports */
    public function testTheErrorsOfTheCallsOfASearch(callable $transport): void
    {
        $failed = ['status' => 500, 'body' => '{}', 'headers' => ['Content-Type' => 'application/json']];
        $server = new FaultServer([['raw' => ''], $failed]);
        $http = $transport() === null ? [] : ['http_client' => $transport()];
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'max_retries' => 0] + $http);
        $thrown = self::lose($lomi, 't_1', 5, []);
        self::assertInstanceOf(ServerError::class, self::thrownBy(fn () => $lomi->findOutcome($thrown, ['timeout' => 5])));
        self::assertCount(2, $server->requests());
    }

    public function testWhatCannotBeLookedForIsRefusedBeforeAnythingIsSent(): void
    {
        $gone = ['status' => 404, 'body' => '{"message":"no"}', 'headers' => ['Content-Type' => 'application/json']];
        $server = new FaultServer([$gone]);
        $lomi = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url]);
        $known = self::thrownBy(fn () => $lomi->refunds->get('r_1'));
        self::assertInstanceOf(NotFoundError::class, $known);
        self::assertNull($known->getUnknownCall());
        $sent = count($server->requests());
        foreach ([$known, new \Exception('x'), new ApiException('x'), '', '{}', '{"version":9}', "\xff", null, 5, [], true] as $wrong) {
            self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $lomi->findOutcome($wrong)));
        }
        foreach ([['known_ids' => 'r_1'], ['known_ids' => [5]], ['known_ids' => ["\xff"]], ['known_id' => []], ['timeout' => 'x']] as $options) {
            self::assertInstanceOf(ValidationError::class, self::thrownBy(fn () => $lomi->findOutcome('{}', $options)));
        }
        self::assertCount($sent, $server->requests());
        self::assertSame('ambiguous', (new FoundOutcome())->getOutcome());
    }

    public function testTheMemberIsKeptOutOfTexts(): void
    {
        $server = new FaultServer([['raw' => '']]);
        $lomi = new LomiClient('lomi_sk_test_verysecret', ['base_url' => $server->url]);
        $body = ['transaction_id' => 't_1', 'amount' => 5, 'reason' => 'of Awa Diop'];
        $thrown = self::unknown(fn () => $lomi->refunds->create($body));
        self::assertStringContainsString('of Awa Diop', $thrown->getUnknownCall());
        self::assertStringNotContainsString('verysecret', $thrown->getUnknownCall());
        self::assertStringNotContainsString('Awa Diop', $thrown->getMessage());
        self::assertStringNotContainsString('unknownCall', (string) $thrown);
    }

    public function testTheReadmeFindsOut(): void
    {
        $readme = (string) file_get_contents(__DIR__ . '/../README.md');
        $section = explode('## Find out whether it was done', $readme)[1];
        self::assertSame(1, preg_match('/```php\n(.*?)```/s', $section, $block));
        $run = function (LomiClient $lomi, array $body) use ($block): mixed {
            eval($block[1]);
            return $refund;
        };
        $shop = self::shop(fn () => null);
        $lossy = fn (string $fault) => self::shop(fn () => new \GuzzleHttp\Client(), ['max_retries' => 0, 'headers' => ['X-Sandbox-Fault' => "$fault; count=1"]]);
        $body = ['transaction_id' => self::paid($shop), 'amount' => 500];
        self::assertInstanceOf(Refunds::class, $run($lossy('reset-after'), $body));
        $body = ['transaction_id' => self::paid($shop), 'amount' => 500];
        $thrown = self::thrownBy(fn () => $run($lossy('reset-before'), $body));
        self::assertInstanceOf(\RuntimeException::class, $thrown);
        self::assertStringStartsWith('ask a person: ', $thrown->getMessage());
    }
}
