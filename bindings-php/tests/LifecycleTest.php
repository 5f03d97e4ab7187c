<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\Sandbox;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Forks, signals, limits, the end of the process: each in a separate process. */
final class LifecycleTest extends SandboxTestCase
{
    private static function makeClient(string $url, string $more = ''): string
    {
        return "\$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$url'$more]);";
    }

    public function testAClientFromBeforeAForkWorksOnBothSides(): void
    {
        $server = FaultServer::json(self::session());
        // make soak-php forks more often.
        $printed = Process::php(self::makeClient($server->url) . <<<'PHP'
            $wrong = 0;
            for ($trial = 0; $trial < (int) (getenv('LOMI_TRIALS') ?: 25); $trial++) {
                $keys = [];
                $client->checkoutSessions->get('cs_1');
                $client->checkoutSessions->getAsync('cs_1')->wait();
                $children = [];
                for ($i = 0; $i < 4; $i++) {
                    if (($pid = pcntl_fork()) === 0) {
                        pcntl_alarm(10);
                        $a = $client->checkoutSessions->get('cs_1')->getCheckoutSessionId();
                        $b = $client->checkoutSessions->getAsync('cs_1')->wait()->getCheckoutSessionId();
                        exit($a === 'cs_1' && $b === 'cs_1' ? 0 : 1);
                    }
                    $children[] = $pid;
                }
                $client->checkoutSessions->get('cs_1');
                foreach ($children as $pid) {
                    pcntl_waitpid($pid, $status);
                    $wrong += pcntl_wifexited($status) && pcntl_wexitstatus($status) === 0 ? 0 : 1;
                }
            }
            echo "wrong: $wrong";
            PHP);
        self::assertSame('wrong: 0', $printed);
    }

    public function testForkedWorkersMakeDifferentKeys(): void
    {
        $printed = Process::php(<<<'PHP'
            $first = LomiSDK\IdempotencyKey::random();
            for ($i = 0; $i < 8; $i++) {
                if (pcntl_fork() === 0) {
                    echo LomiSDK\IdempotencyKey::random() . "\n";
                    exit;
                }
            }
            while (pcntl_wait($status) > 0);
            PHP);
        $keys = explode("\n", trim($printed));
        self::assertCount(8, array_unique($keys));
    }

    public function testACallInFlightStaysWithTheParent(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 0.6]]);
        $printed = Process::php(self::makeClient($server->url) . <<<'PHP'
            $promise = $client->checkoutSessions->getAsync('cs_1');
            usleep(200_000);
            if (pcntl_fork() === 0) {
                unset($promise);
                echo "let go\n";
                exit;
            }
            pcntl_wait($status);
            echo $promise->wait()->getCheckoutSessionId();
            PHP);
        self::assertSame("let go\ncs_1", $printed);
    }

    /** @dataProvider calls */
    public function testASignalEndsACallAtOnce(string $call): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 5.0]]);
        $printed = Process::php(self::makeClient($server->url) . <<<'PHP'
            pcntl_async_signals(true);
            pcntl_signal(SIGINT, fn () => throw new RuntimeException('interrupted'));
            $parent = getmypid();
            if (pcntl_fork() === 0) {
                usleep(300_000);
                posix_kill($parent, SIGINT);
                exit;
            }
            $started = microtime(true);
            try {
            PHP . $call . <<<'PHP'
            } catch (RuntimeException $e) {
                echo get_class($e), ' ', $e->getMessage(), ' ', microtime(true) - $started - 0.3 < 0.2 ? 'in time' : 'too late';
            }
            PHP);
        self::assertSame('RuntimeException interrupted in time', $printed);
    }

    public static function calls(): array
    {
        return [
            'blocking' => ["\$client->checkoutSessions->get('cs_1');"],
            'promised' => ["\$client->checkoutSessions->getAsync('cs_1')->wait();"],
        ];
    }

    public function testASignalWithoutAHandlerEndsTheProcess(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 5.0]]);
        $started = microtime(true);
        Process::php(self::makeClient($server->url) . <<<'PHP'
            $parent = getmypid();
            if (pcntl_fork() === 0) {
                usleep(200_000);
                posix_kill($parent, SIGINT);
                exit;
            }
            $client->checkoutSessions->get('cs_1');
            PHP);
        self::assertLessThan(1.5, microtime(true) - $started);
    }

    public function testACallContinuesAfterAHandlerThatReturns(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 0.6]]);
        $printed = Process::php(self::makeClient($server->url) . <<<'PHP'
            pcntl_async_signals(true);
            pcntl_signal(SIGALRM, function () { echo 'alarm '; });
            $parent = getmypid();
            if (pcntl_fork() === 0) {
                usleep(200_000);
                posix_kill($parent, SIGALRM);
                exit;
            }
            echo $client->checkoutSessions->get('cs_1')->getCheckoutSessionId();
            PHP);
        self::assertSame('alarm cs_1', $printed);
    }

    public function testExitInAHandlerEndsTheProcess(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 5.0]]);
        $printed = Process::php(self::makeClient($server->url) . <<<'PHP'
            pcntl_async_signals(true);
            pcntl_signal(SIGALRM, function () { echo 'bye'; exit(0); });
            $parent = getmypid();
            if (pcntl_fork() === 0) {
                usleep(200_000);
                posix_kill($parent, SIGALRM);
                exit;
            }
            try {
                $client->checkoutSessions->get('cs_1');
            } catch (Throwable $e) {
                echo 'caught ', get_class($e);
            } finally {
                echo ' not reached';
            }
            PHP);
        self::assertSame('bye', $printed);
    }

    public function testMaxExecutionTimeLeavesTheWorkerHealthy(): void
    {
        $folder = sys_get_temp_dir() . '/lomi-web-' . bin2hex(random_bytes(4));
        mkdir($folder);
        $url = Sandbox::shared()->url;
        $key = Sandbox::shared()->key;
        file_put_contents("$folder/index.php", <<<PHP
            <?php
            \$client = new LomiSDK\\LomiClient('$key', ['base_url' => '$url']);
            if (isset(\$_GET['long'])) {
                set_time_limit(1);
                while (true) {
                    \$client->checkoutSessions->list(['limit' => 1]);
                }
            }
            echo count(\$client->checkoutSessions->list(['limit' => 1])), ' ', getmypid();
            PHP);
        $port = 20000 + random_int(0, 20000);
        $server = proc_open([PHP_BINARY, '-n', ...Process::extensions(), '-d', 'display_errors=1', '-d', 'html_errors=0', '-S', "127.0.0.1:$port", '-t', $folder], [1 => ['file', '/dev/null', 'w'], 2 => ['file', '/dev/null', 'w']], $pipes);
        try {
            $get = fn (string $query) => (string) @file_get_contents("http://127.0.0.1:$port/?$query", false, stream_context_create(['http' => ['ignore_errors' => true]]));
            for ($i = 0; $i < 100 && $get('') === ''; $i++) {
                usleep(50_000);
            }
            self::api()->createCheckoutSession(self::EXAMPLE);
            $before = $get('a');
            self::assertMatchesRegularExpression('/^1 \d+$/', $before);
            self::assertStringContainsString('Maximum execution time of 1 second', $get('long=1'));
            self::assertSame($before, $get('b'));
        } finally {
            proc_terminate($server);
            proc_close($server);
            unlink("$folder/index.php");
            rmdir($folder);
        }
    }

    public function testAHundredExitsWithCallsInFlight(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 0.05]]);
        $code = self::makeClient($server->url) . <<<'PHP'
            $promises = array_map(fn () => $client->checkoutSessions->getAsync('cs_1'), range(1, 4));
            usleep(random_int(0, 20_000));
            echo 'end';
            PHP;
        for ($i = 0; $i < 100; $i++) {
            self::assertSame('end', Process::php($code));
        }
    }

    public function testPreloadedCodeMayUseTheClasses(): void
    {
        $file = tempnam(sys_get_temp_dir(), 'lomi') . '.php';
        file_put_contents($file, '<?php class Preloaded extends LomiSDK\Model\CheckoutSessions { public LomiSDK\LomiClient $client; }');
        $printed = Process::php('echo (new Preloaded(["amount" => 5]))->getAmount();', ['-d', 'zend_extension=opcache', '-d', 'opcache.enable_cli=1', '-d', "opcache.preload=$file", '-d', 'opcache.preload_user=root']);
        unlink($file);
        self::assertSame('5', $printed);
    }

    public function testManyCallsDoNotGrow(): void
    {
        $server = FaultServer::json(self::session(['metadata' => ['a' => ['b' => 'c']], 'status' => 'complete']));
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => $server->url]);
        $call = function () use ($client) {
            $session = $client->checkoutSessions->get('cs_1');
            $copy = clone $session;
            $copy->setAmount(1)->setNull('title');
            self::assertSame('complete', unserialize(serialize($copy))->original('status'));
            $client->checkoutSessions->getAsync('cs_1')->then(fn ($s) => $s->getAmount())->wait();
        };
        for ($i = 0; $i < 50; $i++) {
            $call();
        }
        gc_collect_cycles();
        $before = memory_get_usage();
        for ($i = 0; $i < 500; $i++) {
            $call();
        }
        gc_collect_cycles();
        self::assertLessThan(4096, memory_get_usage() - $before);
    }

    public function testFunctionsThatAHostDisablesAreNotNeeded(): void
    {
        $server = FaultServer::json('{"data":{"checkout_session_id":"cs_1"}}');
        $printed = Process::php(
            "echo (new LomiSDK\\LomiClient(null, ['base_url' => '$server->url']))->checkoutSessions->create(['amount' => 1])->getCheckoutSessionId(), ' ',"
            . 'LomiSDK\Configuration::toDebugReport();',
            ['-d', 'disable_functions=getenv,php_uname,phpversion,sys_get_temp_dir'],
            ['LOMI_API_KEY' => 'lomi_sk_test_1'],
        );
        self::assertStringStartsWith('cs_1 PHP SDK', $printed);
        self::assertStringContainsString('OS: unknown', $printed);
    }

    public function testPhpinfoMasksTheKey(): void
    {
        $command = [PHP_BINARY, '-n', ...Process::extensions(), '-d', 'lomi.api_key=lomi_sk_test_topsecret', '--ri', 'lomi'];
        $shown = (string) shell_exec(implode(' ', array_map('escapeshellarg', $command)));
        self::assertStringContainsString('lomi_sk_test_***', $shown);
        self::assertStringNotContainsString('topsecret', $shown);
        $all = Process::php('phpinfo();', ['-d', 'lomi.api_key=lomi_sk_test_topsecret']);
        self::assertStringNotContainsString('topsecret', $all);
        $url = 'lomi.base_url=http://shop:topsecret@127.0.0.1/v1';
        self::assertStringNotContainsString('topsecret', Process::php('phpinfo();', ['-d', $url]));
    }

    public function testTheDefaultDeadlineOfACliScriptIsAMinute(): void
    {
        self::assertSame(60.0, (new \LomiSDK\Configuration())->getTimeout());
        self::assertSame('12.5', Process::php('echo (new LomiSDK\Configuration())->getTimeout();', ['-d', 'lomi.timeout=12.5']));
    }
}
