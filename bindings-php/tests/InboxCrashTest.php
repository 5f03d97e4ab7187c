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

    public static function stores(): array
    {
        return ['SQLite' => ['sqlite'], 'PostgreSQL' => ['pgsql'], 'MariaDB' => ['mysql'], 'Redis' => ['redis']];
    }

    /** Kills the processes of a shop; says on standard error what happened. */
    private static function crash(string $kind, string $name, int $kills, ?string $broken = null): Crashes
    {
        $seed = (int) (getenv('LOMI_INBOX_SEED') ?: random_int(1, 1_000_000));
        mt_srand($seed);
        $started = microtime(true);
        $crashes = new Crashes($kind, self::servers(), $name, $broken);
        $crashes->kill($kills);
        $crashes->finish();
        $steps = json_encode($crashes->steps + $crashes->sources() + ['failed' => $crashes->failed]);
        $time = microtime(true) - $started;
        fprintf(STDERR, "\n%s, seed %d: %d kills in %.1f s, %d events: %s", $name, $seed, $crashes->kills, $time, $crashes->events(), $steps);
        return $crashes;
    }

    /** @dataProvider stores */
    public function testNoPaymentIsLostAndNoneCountsTwice(string $kind): void
    {
        $kills = 0;
        $steps = $sources = [];
        // Several shops, because reconcile reads again what is not older than ten minutes: many payments take long.
        for ($shop = 1; $kills < self::KILLS; $shop++) {
            $crashes = self::crash($kind, "crash_{$kind}_$shop", intdiv(self::KILLS, 4));
            self::assertSame([], $crashes->problems());
            $kills += $crashes->kills;
            $steps[] = $crashes->steps;
            $sources[] = $crashes->sources();
        }
        // The kills came before, in and after transactions, and both ways have brought events.
        foreach (['before', 'within', 'finished', 'handled'] as $step) {
            self::assertGreaterThan(4, array_sum(array_column($steps, $step)), $step);
        }
        self::assertGreaterThan(10, array_sum(array_column($sources, 'webhook')));
        self::assertGreaterThan(10, array_sum(array_column($sources, 'reconcile')));
    }

    /** The test itself: with a mark in a transaction of its own, the same kills must show what is wrong. */
    public function testAStoreThatMarksFirstLosesPayments(): void
    {
        $problems = implode("\n", self::crash('sqlite', 'crash_mark_first', 20, 'mark-first')->problems());
        self::assertStringContainsString('lost: PAYMENT_SUCCEEDED', $problems);
        self::assertStringContainsString('the balance is', $problems);
    }

    public function testAStoreThatMarksLastCountsPaymentsTwice(): void
    {
        $problems = implode("\n", self::crash('sqlite', 'crash_mark_last', 20, 'mark-last')->problems());
        self::assertMatchesRegularExpression('/^\d times: PAYMENT_SUCCEEDED/m', $problems);
        self::assertStringContainsString('the balance is', $problems);
    }
}
