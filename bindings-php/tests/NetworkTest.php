<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\ServerError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Connections and addresses as they are in real networks. */
final class NetworkTest extends SandboxTestCase
{
    public function testAfterAFailoverTheRetryUsesANewConnection(): void
    {
        $fine = ['body' => self::session()];
        $server = new FaultServer([['wait' => 0.3] + $fine, $fine, $fine, ['raw' => ''], $fine]);
        $client = self::clientOf($server);
        $get = fn () => $client->checkoutSessions->getAsync('cs_1');
        $client->pool([$get, $get, $get]);
        self::assertSame([1, 2, 3], self::sorted(self::connections($server)));
        self::assertSame('cs_1', $get()->wait()->getCheckoutSessionId());
        [, , , $failed, $again] = self::connections($server);
        self::assertLessThanOrEqual(3, $failed);
        self::assertSame(4, $again);
    }

    public function testTheKeepAliveTimeoutOfTheServerIsHonoured(): void
    {
        foreach ([[[], 1], [['Keep-Alive' => 'timeout=1'], 2]] as [$headers, $connections]) {
            $server = new FaultServer([['body' => self::session(), 'headers' => $headers]]);
            $client = self::clientOf($server);
            $client->checkoutSessions->get('cs_1');
            usleep(1_100_000);
            $client->checkoutSessions->get('cs_1');
            self::assertSame([1, $connections], self::connections($server));
        }
    }

    public function testPrewarmOpensTheConnectionOfTheNextCall(): void
    {
        $server = new FaultServer([['body' => self::session()]]);
        $client = self::clientOf($server);
        $client->prewarm();
        self::assertSame([], $server->requests());
        // The second connection of the server: one that the call opened would be the third.
        $another = stream_socket_client(str_replace('http:', 'tcp:', $server->url));
        self::assertSame('cs_1', $client->checkoutSessions->get('cs_1')->getCheckoutSessionId());
        self::assertSame([1], self::connections($server));
        fclose($another);
    }

    public function testPrewarmThrowsTheExceptionOfACall(): void
    {
        $address = ['base_url' => 'http://127.0.0.1:1', 'max_retries' => 0];
        $client = new LomiClient('lomi_sk_test_1', $address);
        $ahead = self::thrownBy(fn () => $client->prewarm());
        $called = self::thrownBy(fn () => $client->checkoutSessions->get('cs_1'));
        self::assertInstanceOf(APIConnectionError::class, $ahead);
        self::assertSame($called->getMessage(), $ahead->getMessage());
        // A client of the script's has connections of its own.
        (new LomiClient('lomi_sk_test_1', $address + ['http_client' => new \GuzzleHttp\Client()]))->prewarm();
    }

    public function testMaxConnectionsIsABound(): void
    {
        $server = new FaultServer([['body' => self::session(), 'wait' => 0.05]]);
        foreach ([1, 3] as $bound) {
            $client = self::clientOf($server, ['max_connections' => $bound]);
            $get = fn () => $client->checkoutSessions->getAsync('cs_1');
            $client->pool([$get, $get, $get, $get]);
        }
        $connections = self::connections($server);
        self::assertCount(1, array_unique(array_slice($connections, 0, 4)));
        self::assertCount(3, array_unique(array_slice($connections, 4)));
        foreach ([0, -1, 1.5, 'many'] as $bound) {
            $thrown = self::thrownBy(fn () => self::clientOf($server, ['max_connections' => $bound]));
            self::assertInstanceOf(ConfigurationError::class, $thrown);
            self::assertStringContainsString('max_connections', $thrown->getMessage());
        }
    }

    /** @dataProvider transports */
    public function testHttpBeyondThisMachineMustBeAllowedAndIsLogged(callable $transport): void
    {
        $server = FaultServer::json(self::session());
        // An address of this machine that is not loopback.
        $options = ['base_url' => str_replace('127.0.0.1', '0.0.0.0', $server->url)];
        $options += $transport() === null ? [] : ['http_client' => $transport()];
        $log = tempnam(sys_get_temp_dir(), 'lomi');
        $before = ini_set('error_log', $log);
        try {
            $thrown = self::thrownBy(fn () => new LomiClient('lomi_sk_test_1', $options));
            self::assertInstanceOf(ConfigurationError::class, $thrown);
            self::assertStringContainsString('allow_http', $thrown->getMessage());
            self::assertSame('', file_get_contents($log));
            foreach ([1, 2] as $clients) {
                $client = new LomiClient('lomi_sk_test_1', $options + ['allow_http' => true]);
                $client->checkoutSessions->get('cs_1');
                $client->checkoutSessions->get('cs_1');
                self::assertSame($clients, substr_count(file_get_contents($log), 'lomi: warning: '));
            }
            self::assertStringNotContainsString('lomi_sk_test_1', file_get_contents($log));
            self::assertCount(4, $server->requests());
            self::clientOf($server)->checkoutSessions->get('cs_1');
            self::assertSame(2, substr_count(file_get_contents($log), 'lomi: warning: '));
            $api = new CheckoutSessionsApi($transport(), self::config($options['base_url']));
            $thrown = self::thrownBy(fn () => $api->retrieveCheckoutSession('cs_1'));
            self::assertStringContainsString('allow_http', $thrown->getMessage());
            self::assertTrue($api->getConfig()->setAllowHttp(true)->getAllowHttp());
            $api->retrieveCheckoutSession('cs_1');
            $api->retrieveCheckoutSession('cs_1');
            self::assertSame(3, substr_count(file_get_contents($log), 'lomi: warning: '));
        } finally {
            ini_set('error_log', (string) $before);
            unlink($log);
        }
    }

    /** @dataProvider transports */
    public function testAnErrorPageThatCannotBeUnpackedKeepsItsStatus(callable $transport): void
    {
        foreach (['br' => "\x0b\x02\x80", 'gzip' => "\x1f\x8b\x08 broken"] as $encoding => $body) {
            $headers = ['Content-Encoding' => $encoding, 'Retry-After' => '7', 'X-Request-Id' => 'req_1'];
            $server = new FaultServer([['status' => 503, 'headers' => $headers, 'base64' => base64_encode($body)]]);
            $client = self::clientOf($server, ['max_retries' => 0] + ($transport() === null ? [] : ['http_client' => $transport()]));
            $thrown = self::thrownBy(fn () => $client->checkoutSessions->get('cs_1'));
            self::assertInstanceOf(ServerError::class, $thrown);
            self::assertSame([503, 7.0, 'req_1'], [$thrown->getStatus(), (float) $thrown->getRetryAfter(), $thrown->getRequestId()]);
        }
    }

    /** @dataProvider transports */
    public function testAnInterimResponseIsNotTheBeginningOfTheResponse(callable $transport): void
    {
        $server = new FaultServer([['first' => "HTTP/1.1 103 Early Hints\r\n\r\n", 'wait' => 2.5, 'body' => self::session()]]);
        $client = self::clientOf($server, ['idle_timeout' => 0.5] + ($transport() === null ? [] : ['http_client' => $transport()]));
        self::assertSame('cs_1', $client->checkoutSessions->get('cs_1')->getCheckoutSessionId());
        self::assertCount(1, $server->requests());
    }

    private static function clientOf(FaultServer $server, array $options = []): LomiClient
    {
        return new LomiClient('lomi_sk_test_1', $options + ['base_url' => $server->url]);
    }

    /** @return list<int> the connection of each request, counted from 1 */
    private static function connections(FaultServer $server): array
    {
        return array_column($server->requests(), 'connection');
    }

    private static function sorted(array $values): array
    {
        sort($values);
        return $values;
    }
}
