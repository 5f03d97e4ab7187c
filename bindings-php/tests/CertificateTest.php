<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Tests\Support\Process;
use PHPUnit\Framework\TestCase;

/** A certificate of our own over the core's HTTP, for a server that asks for one. */
final class CertificateTest extends TestCase
{
    public function testACertificateIsShownToAServerThatAsks(): void
    {
        $base = sys_get_temp_dir() . '/lomi-certificate-' . bin2hex(random_bytes(6));
        [$key, $certificate] = ["$base.key", "$base.pem"];
        try {
            exec(
                'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2'
                . ' -subj /CN=localhost -addext subjectAltName=DNS:localhost'
                . ' -addext basicConstraints=critical,CA:FALSE'
                . " -keyout $key -out $certificate 2>&1",
                $said,
                $status,
            );
            self::assertSame(0, $status, implode("\n", $said));
            // Its response to every GET is a page of HTML, and ends a handshake without a certificate.
            $server = new Process([
                'openssl', 's_server', '-accept', '127.0.0.1:0', '-www', '-Verify', '1', '-verify_return_error',
                '-CAfile', $certificate, '-cert', $certificate, '-key', $key, '-naccept', '20',
            ]);
            $lines = $server->firstLine;
            for ($n = 0; $n < 5 && !preg_match('/ACCEPT .*:(\d+)/', $lines, $found); $n++) {
                $lines = $server->line();
            }
            $read = fn (string $with) => Process::php(
                "\$c = (new LomiSDK\Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')"
                . "->setHost('https://localhost:{$found[1]}')->setMaxRetries(0)$with;"
                . 'try { (new LomiSDK\Api\CheckoutSessionsApi(null, $c))->retrieveCheckoutSession("cs_1"); }'
                . 'catch (Throwable $e) { echo get_class($e); }',
                [],
                ['SSL_CERT_FILE' => $certificate],
            );
            // Through the handshake: what comes back is the page.
            self::assertSame(
                'LomiSDK\Exception\UnexpectedResponseError',
                $read("->setCertFile('$certificate')->setKeyFile('$key')"),
            );
            self::assertSame('LomiSDK\Exception\APIConnectionError', $read(''));
            self::assertSame('LomiSDK\Exception\ConfigurationError', $read("->setCertFile('/nosuch.pem')"));
        } finally {
            unset($server);
            array_map('unlink', array_filter([$key, $certificate], 'is_file'));
        }
    }
}
