<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Support\Inbox\Crashes;
use LomiSDK\Tests\Support\Inbox\InboxTestCase;

require_once __DIR__ . '/Support/Inbox/autoload.php';

/**
 * The proof that no payment is lost and none counts twice: the processes of a shop are killed with SIGKILL at random
 * moments, 100 times over each database. LOMI_INBOX_SEED repeats a run's moments, as far as the machine does.
 */
final class InboxCrashTest extends InboxTestCase
{
    private const KILLS = 100;

    public static function setUpBeforeClass(): void
    {
        if (getenv('LOMI_PHP_EXTENSION') !== false) {
            self::markTestSkipped('the extension that is shipped does not change the inbox, which is PHP: 100 kills of the built one are enough');
        }
        parent::setUpBeforeClass();
    }

    public static function stores(): array
    {
        return ['SQLite' => ['sqlite'], 'PostgreSQL' => ['pgsql'], 'MariaDB' => ['mysql'], 'Redis' => ['redis']];
    }

    private static function run100(string $kind, string $name, ?string $broken = null, int $kills = self::KILLS): Crashes
    {
        $seed = (int) (getenv('LOMI_INBOX_SEED') ?: random_int(1, 1_000_000));
        mt_srand($seed);
        $started = microtime(true);
        $crashes = new Crashes($kind, self::servers(), $name, $broken);
        $crashes->kill($kills);
        $crashes->finish();
        $steps = json_encode($crashes->steps + ['failed' => $crashes->failed] + $crashes->sources());
        fprintf(STDERR, "\ninbox: %s, seed %d: %d kills in %.1f s, %d events, %s", $broken ?? $kind, $seed, $crashes->kills, microtime(true) - $started, $crashes->events(), $steps);
        return $crashes;
    }

    /** @dataProvider stores */
    public function testNoPaymentIsLostAndNoneCountsTwice(string $kind): void
    {
        $crashes = self::run100($kind, "crash_$kind");
        self::assertSame([], $crashes->problems());
        self::assertGreaterThanOrEqual(self::KILLS, $crashes->kills);
        // The kills came before, in and after transactions, and both ways have brought events.
        self::assertGreaterThan(2, min($crashes->steps), json_encode($crashes->steps));
        self::assertGreaterThan(10, min($crashes->sources() + ['webhook' => 0, 'reconcile' => 0]));
    }

    /** The test itself: with a mark in a transaction of its own, the same kills must show what is wrong. */
    public function testAStoreThatMarksFirstLosesPayments(): void
    {
        $problems = implode("\n", self::run100('sqlite', 'crash_first', 'mark-first', 30)->problems());
        self::assertStringContainsString('lost: PAYMENT_SUCCEEDED', $problems);
        self::assertStringContainsString('the balance is', $problems);
    }

    public function testAStoreThatMarksLastCountsPaymentsTwice(): void
    {
        $problems = implode("\n", self::run100('sqlite', 'crash_last', 'mark-last', 30)->problems());
        self::assertMatchesRegularExpression('/^\d times: PAYMENT_SUCCEEDED/m', $problems);
        self::assertStringContainsString('the balance is', $problems);
    }
}
