<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Calls that PHP ends: key, attempts and outcome stay reachable. */
final class CancelledTest extends SandboxTestCase
{
    private const PRINT = <<<'PHP'
        function show(?Throwable $e): void {
            if (!$e instanceof LomiSDK\Exception\CancelledError) {
                echo 'no CancelledError';
                return;
            }
            echo implode(' ', [$e->getIdempotencyKey(), $e->getAttempts(), $e->getOutcome(), $e->getOperation()]);
            echo str_contains($e->getMessage(), $e->getIdempotencyKey()) ? '' : ' and no advice';
        }
        PHP;

    private static function script(FaultServer $server, string $code): string
    {
        $client = "\$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url']);\n";
        return Process::php(self::PRINT . $client . $code);
    }

    /** A child that sends the parent a signal while the call is in flight. */
    private static function signal(string $signal): string
    {
        return <<<PHP
            \$parent = getmypid();
            if (pcntl_fork() === 0) {
                usleep(300_000);
                posix_kill(\$parent, $signal);
                posix_kill(getmypid(), SIGKILL);
            }
            PHP;
    }

    private static function slow(): FaultServer
    {
        return new FaultServer([['body' => self::session(), 'wait' => 5.0]]);
    }

    private static function keyThatWasSent(FaultServer $server): string
    {
        return $server->requests()[0]['headers']['idempotency-key'];
    }

    public static function calls(): array
    {
        return [
            'blocking' => ["\$client->checkoutSessions->create(['amount' => 1]);"],
            'promised' => ["\$client->checkoutSessions->createAsync(['amount' => 1])->wait();"],
        ];
    }

    /** @dataProvider calls */
    public function testTheTimeLimitLeavesTheKeyForAShutdownFunction(string $call): void
    {
        $server = self::slow();
        // PHP counts CPU time and then sends itself SIGPROF; here the signal comes from outside.
        $printed = self::script($server, <<<'PHP'
            ini_set('display_errors', '0');
            register_shutdown_function(fn () => show(LomiSDK\LomiClient::getLastCancelled()));
            set_time_limit(20);
            PHP . self::signal('SIGPROF') . $call . "echo 'not reached';");
        self::assertSame(self::keyThatWasSent($server) . ' 1 unknown create_checkout_session', $printed);
    }

    /** @dataProvider calls */
    public function testTheExceptionOfASignalHandlerHasTheCallAsItsPrevious(string $call): void
    {
        $server = self::slow();
        $printed = self::script($server, <<<'PHP'
            pcntl_async_signals(true);
            pcntl_signal(SIGINT, fn () => throw new RuntimeException('interrupted', 0, new LogicException('why')));
            PHP . self::signal('SIGINT') . "try { $call } catch (RuntimeException \$e) {" . <<<'PHP'
                show($e->getPrevious()->getPrevious());
                echo ' ', $e->getPrevious()->getMessage(), ' ';
                echo LomiSDK\LomiClient::getLastCancelled() === $e->getPrevious()->getPrevious() ? 'same' : 'other';
            }
            PHP);
        self::assertSame(self::keyThatWasSent($server) . ' 1 unknown create_checkout_session why same', $printed);
    }

    /** @dataProvider calls */
    public function testExitInASignalHandlerLeavesTheKeyForAShutdownFunction(string $call): void
    {
        $server = self::slow();
        $printed = self::script($server, <<<'PHP'
            pcntl_async_signals(true);
            pcntl_signal(SIGTERM, function () { exit(0); });
            register_shutdown_function(fn () => show(LomiSDK\LomiClient::getLastCancelled()));
            PHP . self::signal('SIGTERM') . $call . "echo 'not reached';");
        self::assertSame(self::keyThatWasSent($server) . ' 1 unknown create_checkout_session', $printed);
    }

    public function testAFatalErrorInASignalHandlerLeavesTheKeyAndAWorkingClient(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 2.0], ['body' => self::session()]]);
        $printed = self::script($server, <<<'PHP'
            ini_set('display_errors', '0');
            pcntl_async_signals(true);
            pcntl_signal(SIGUSR1, fn () => trigger_error('over', E_USER_ERROR));
            register_shutdown_function(function () use ($client) {
                show(LomiSDK\LomiClient::getLastCancelled());
                pcntl_sigprocmask(SIG_BLOCK, [SIGWINCH], $blocked);
                echo ' ', count($blocked), ' signals blocked, ', $client->checkoutSessions->get('cs_1')->getCheckoutSessionId();
            });
            PHP . self::signal('SIGUSR1') . self::calls()['blocking'][0] . "echo 'not reached';");
        self::assertSame(
            self::keyThatWasSent($server) . ' 1 unknown create_checkout_session 0 signals blocked, cs_1',
            $printed,
        );
    }

    public function testAResponseBeyondTheMemoryLimitEndsTheScriptAndNothingElse(): void
    {
        $row = ['checkout_session_id' => 'cs_1', 'metadata' => ['a' => str_repeat('x', 10_000)]];
        $server = new FaultServer([['body' => json_encode(['data' => array_fill(0, 1000, $row), 'has_more' => false])], ['body' => self::session()]]);
        $printed = self::script($server, <<<'PHP'
            ini_set('display_errors', '0');
            ini_set('memory_limit', '8M');
            register_shutdown_function(function () use ($client) {
                echo str_contains(error_get_last()['message'], 'Allowed memory size') ? 'no memory ' : 'something else ';
                ini_set('memory_limit', '64M');
                echo $client->checkoutSessions->get('cs_1')->getCheckoutSessionId();
            });
            $client->checkoutSessions->list();
            PHP . "echo 'not reached';");
        self::assertSame('no memory cs_1', $printed);
    }

    /** @dataProvider transports */
    public function testAFatalErrorInTheLoggerEndsTheScriptAndNothingElse(callable $transport): void
    {
        $server = new FaultServer([['body' => self::session()]]);
        $guzzle = $transport() === null ? '' : ", 'http_client' => new GuzzleHttp\\Client()";
        $autoload = "'/usr/share/php/GuzzleHttp/autoload.php'";
        foreach (["trigger_error('over', E_USER_ERROR);", "str_repeat('x', 1 << 30);", 'nope();', 'exit(3);'] as $end) {
            $printed = Process::php(<<<PHP
                ini_set('display_errors', '0');
                ini_set('error_log', '/dev/null');
                ini_set('memory_limit', '64M');
                require $autoload;
                \$calls = 0;
                \$logger = function () use (&\$calls) { if (++\$calls === 1) { $end } };
                \$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url', 'logger' => \$logger $guzzle]);
                register_shutdown_function(function () use (\$client) {
                    echo \$client->checkoutSessions->get('cs_1')->getCheckoutSessionId();
                });
                try {
                    \$client->checkoutSessions->get('cs_1');
                } finally {
                    echo 'done ';
                }
                PHP, ['-d', 'extension=curl', '-d', 'extension=mbstring']);
            // A call of a missing function is an exception, which the logger may throw.
            self::assertSame($end === 'nope();' ? 'done cs_1' : 'cs_1', $printed, $end);
        }
    }
}
