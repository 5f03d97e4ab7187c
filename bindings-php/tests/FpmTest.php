<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Fpm\FastCgi;
use LomiSDK\Tests\Fpm\Fpm;
use LomiSDK\Tests\Support\Authority;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/fpm/FastCgi.php';
require_once __DIR__ . '/fpm/Fpm.php';

/** php-fpm: no error, no mix-up between two keys; only connections are left from one request to the next. */
final class FpmTest extends TestCase
{
    /** @dataProvider pools */
    public function testManyRequestsWithTwoKeys(string ...$arguments): void
    {
        self::assertFileIsReadable(Fpm::program(), 'php-fpm is missing: make install');
        $command = [PHP_BINARY, __DIR__ . '/fpm/load.php', ...$arguments];
        exec(implode(' ', array_map('escapeshellarg', $command)) . ' 2>&1', $lines, $status);
        self::assertSame(0, $status, implode("\n", $lines));
        $said = json_decode((string) end($lines), true);
        if (getenv('LOMI_FPM_REQUESTS')) {
            fwrite(STDERR, "\nphp-fpm " . implode(' ', $arguments) . ': ' . end($lines) . "\n");
        }
        self::assertSame([0, 0, 0, 0, 0], [$said['errors'], $said['mixups'], $said['leaks'], $said['equal_keys'], $said['crashes']]);
        self::assertGreaterThan(1, $said['workers']);
        self::assertLessThan(1 << 16, $said['growth_bytes']);
    }

    public static function pools(): array
    {
        $requests = getenv('LOMI_FPM_REQUESTS') ?: '1000';
        return [
            'static' => [$requests, '4', 'static'],
            'static, reloaded under load' => [$requests, '4', 'static', 'reload'],
            'dynamic, workers replaced, reloaded' => [$requests, '4', 'dynamic', 'reload', 'replace'],
            'opcache, workers replaced' => [$requests, '4', 'static', 'opcache', 'replace'],
            'opcache and preload, some cut off' => [getenv('LOMI_FPM_REQUESTS') ?: '400', '4', 'static', 'preload', 'cut'],
        ];
    }

    public function testRequestsShareAConnectionOverTls(): void
    {
        $authority = new Authority();
        [$certificate, $key] = $authority->certificate('localhost');
        $body = '{"data":{"checkout_session_id":"cs_1"}}';
        $closed = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body";
        $server = new FaultServer(
            [['body' => $body], ['body' => $body], ['raw' => $closed], ['body' => $body]],
            ['local_cert' => $certificate, 'local_pk' => $key, 'verify_peer' => false],
        );
        $address = str_replace('http://127.0.0.1', 'https://localhost', $server->url);

        // One retry: the server may close the connection in the moment in which the next request is sent.
        self::assertSame(array_fill(0, 5, 'cs_1'), self::requestsOfOneWorker(5, $address, $authority, 1));

        // The server closed the first one after the third response, without a word.
        self::assertSame([1, 1, 1, 2, 2], array_column($server->requests(), 'connection'));
    }

    /** A server that closes after each response: the worker keeps the session of TLS, and resumes it. */
    public function testRequestsShareASessionOfTls(): void
    {
        $authority = new Authority();
        [$certificate, $key] = $authority->certificate('localhost');
        // Its response to every GET is a page of HTML that says how the handshake went.
        $server = new Process(['openssl', 's_server', '-accept', '127.0.0.1:0', '-www', '-cert', $certificate, '-key', $key, '-naccept', '3']);
        $lines = $server->firstLine;
        for ($n = 0; $n < 5 && !preg_match('/ACCEPT .*:(\d+)/', $lines, $found); $n++) {
            $lines = $server->line();
        }

        $pages = self::requestsOfOneWorker(3, "https://localhost:{$found[1]}", $authority);

        $handshakes = array_map(fn (string $page) => preg_match('/^(New|Reused), TLSv1\.3/m', $page, $said) ? $said[1] : $page, $pages);
        self::assertSame(['New', 'Reused', 'Reused'], $handshakes);
    }

    /** @return list<string> what each request to php-fpm got, one after the other in one worker */
    private static function requestsOfOneWorker(int $requests, string $url, Authority $authority, int $retries = 0): array
    {
        self::assertFileIsReadable(Fpm::program(), 'php-fpm is missing: make install');
        $fpm = new Fpm(['pm' => 'static', 'pm.max_children' => 1, 'env[LOMI_TEST_URL]' => "$url/v1", 'env[LOMI_TEST_CA]' => $authority->file, 'env[LOMI_TEST_RETRIES]' => $retries]);
        $client = new FastCgi($fpm->socket);
        $workers = $got = [];
        for ($number = 0; $number < $requests; $number++) {
            $client->start($number, ['SCRIPT_FILENAME' => __DIR__ . '/fpm/tls.php', 'REQUEST_METHOD' => 'GET']);
            for ($output = ''; $client->count() > 0;) {
                $output .= implode($client->done());
            }
            $said = json_decode(explode("\r\n\r\n", $output, 2)[1] ?? '', true);
            self::assertIsArray($said, $output);
            $workers[] = $said['worker'];
            $got[] = $said['got'];
        }
        self::assertCount(1, array_unique($workers));
        self::assertTrue($fpm->end());
        return $got;
    }
}
