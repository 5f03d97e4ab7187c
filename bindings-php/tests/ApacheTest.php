<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Apache\Apache;
use LomiSDK\Tests\Support\FaultServer;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/apache/Apache.php';

/** PHP as a module of Apache, which starts PHP anew in one process when it reloads, as logrotate has it do each day. */
final class ApacheTest extends TestCase
{
    /** @dataProvider reloads */
    public function testCallsWorkAfterAReload(int $signal): void
    {
        self::assertFileIsReadable(Apache::module(), 'PHP as a module of Apache is missing: make install');
        $session = ['body' => '{"data":{"checkout_session_id":"cs_1","amount":1000,"currency_code":"XOF"}}'];
        $server = new FaultServer(array_fill(0, 6, $session));
        $apache = new Apache(self::script($server->url));
        $said = 'pid %d: cs_1 1000 LomiSDK\Model\CheckoutSessions {"checkout_session_id":"cs_1","amount":1000,"currency_code":"XOF"} '
            . 'LomiSDK\Exception\ValidationError';
        $workers = [];
        for ($reload = 0; $reload < 5; $reload++) {
            $body = $apache->get();
            self::assertStringMatchesFormat($said, $body, $apache->log());
            $workers[] = $body;
            posix_kill($apache->parent, $signal);
            self::afterReload($apache, $reload + 1);
        }
        self::assertStringMatchesFormat($said, $apache->get(), $apache->log());
        self::assertTrue($apache->isRunning());
        self::assertCount(5, array_unique($workers), 'a reload starts new workers');
        self::assertStringNotContainsString('lomi:', $apache->log());
        self::assertDoesNotMatchRegularExpression('/signal|Fatal|Warning/', $apache->log());
    }

    public static function reloads(): array
    {
        return ['graceful' => [SIGUSR1], 'restart' => [SIGHUP]];
    }

    /** Waits until Apache has started anew: it says so for each reload. */
    private static function afterReload(Apache $apache, int $reloads): void
    {
        for ($i = 0; $i < 400 && substr_count($apache->log(), 'resuming normal operations') <= $reloads; $i++) {
            usleep(25_000);
        }
    }

    private static function script(string $url): string
    {
        $url = var_export($url, true);
        return <<<PHP
            <?php
            \$lomi = new LomiSDK\LomiClient('lomi_sk_test_apache', ['base_url' => $url]);
            \$session = \$lomi->checkoutSessions->create(['amount' => 1000, 'currency_code' => 'XOF']);
            try {
                \$lomi->checkoutSessions->create([], ['idempotency_key' => true]);
            } catch (LomiSDK\ApiException \$error) {
            }
            echo 'pid ', getmypid(), ': ', \$session->getCheckoutSessionId(), ' ', \$session['amount'], ' ', \$session::class, ' ',
                json_encode(\$session), ' ', \$error::class;
            PHP;
    }
}
