<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\ApiException;
use LomiSDK\Testing\Sandbox;
use LomiSDK\Webhooks;
use PHPUnit\Framework\TestCase;
use RuntimeException;

require_once dirname(__DIR__) . '/frameworks/src/Testing/Sandbox.php';

/** LomiSDK\Testing\Sandbox, as a user's tests have it. */
final class TestingSandboxTest extends TestCase
{
    /** @var resource where the shop's webhooks arrive */
    private $shop;
    private Sandbox $sandbox;

    protected function setUp(): void
    {
        $this->shop = stream_socket_server('tcp://127.0.0.1:0');
        $this->sandbox = Sandbox::start(['--webhook-url', 'http://' . stream_socket_get_name($this->shop, false)]);
    }

    protected function tearDown(): void
    {
        $this->sandbox->stop();
        fclose($this->shop);
    }

    private function open(): string
    {
        $body = ['amount' => 5000, 'currency_code' => 'XOF', 'title' => 'Coffee'];
        return $this->sandbox->client()->checkoutSessions->create($body)->getCheckoutSessionId();
    }

    private function statusOf(string $id): string
    {
        return $this->sandbox->client()->checkoutSessions->get($id)->getStatus();
    }

    /** The next event that arrives, once the SDK has verified it. */
    private function event(): string
    {
        $connection = stream_socket_accept($this->shop, 5);
        $headers = [];
        while (($line = trim((string) fgets($connection))) !== '') {
            [$name, $value] = explode(': ', "$line: ");
            $headers[strtolower($name)] = $value;
        }
        $body = stream_get_contents($connection, (int) $headers['content-length']);
        fwrite($connection, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        fclose($connection);
        return Webhooks::constructEvent($body, $headers['x-lomi-signature'], $this->sandbox->webhookSecret)->getEvent();
    }

    public function testASessionIsPaidAndTheShopGetsItsWebhook(): void
    {
        $id = $this->open();
        $transaction = $this->sandbox->pay($id, 'ORANGE');
        $this->assertSame(['ORANGE', 5000], [$transaction['provider_code'], $transaction['net_amount']]);
        $this->assertSame('completed', $this->statusOf($id));
        $this->assertSame('PAYMENT_SUCCEEDED', $this->event());
        $this->assertSame('PAYMENT_SUCCEEDED', $this->sandbox->deliveries()[0]['event']);
    }

    public function testAPaymentWaitsAndIsRefused(): void
    {
        $id = $this->open();
        $this->assertSame('pending', $this->sandbox->pending($id)['status']);
        $this->assertSame('failed', $this->sandbox->fail($id)['status']);
        $this->assertSame('open', $this->statusOf($id));
        $this->assertSame('PAYMENT_FAILED', $this->event());
    }

    public function testTheClockEndsASession(): void
    {
        $id = $this->open();
        $this->sandbox->advanceClock('61m');
        $this->assertSame('expired', $this->statusOf($id));
        $again = $this->open();
        $this->sandbox->expire($again);
        $this->assertSame('expired', $this->statusOf($again));
        $this->expectException(RuntimeException::class);
        $this->expectExceptionCode(409);
        $this->sandbox->expire($again);
    }

    public function testItStops(): void
    {
        $sandbox = Sandbox::start();
        $client = $sandbox->client();
        $client->checkoutSessions->list();
        $sandbox->stop();
        $this->expectException(ApiException::class);
        $client->checkoutSessions->list([], ['max_retries' => 0]);
    }

    public function testItEndsWhenItsOwnerIsKilled(): void
    {
        $autoload = __DIR__ . '/../frameworks/src/Testing/Sandbox.php';
        $extension = getenv('LOMI_PHP_EXTENSION') ?: dirname(__DIR__, 2) . '/target/debug/liblomi_php.so';
        $code = 'require ' . var_export($autoload, true) . '; $s = LomiSDK\\Testing\\Sandbox::start(); echo $s->url, PHP_EOL; sleep(60);';
        $owner = proc_open([PHP_BINARY, '-d', "extension=$extension", '-r', $code], [1 => ['pipe', 'w']], $pipes);
        $port = (int) parse_url(trim((string) fgets($pipes[1])), PHP_URL_PORT);
        $this->assertNotFalse(@stream_socket_client("tcp://127.0.0.1:$port"));
        proc_terminate($owner, 9);
        for ($tries = 0; $tries < 100 && @stream_socket_client("tcp://127.0.0.1:$port") !== false; $tries++) {
            usleep(50_000);
        }
        $this->assertFalse(@stream_socket_client("tcp://127.0.0.1:$port"), 'the sandbox outlives its owner');
    }

    public function testTheProgramThatIsNotThere(): void
    {
        $this->expectException(RuntimeException::class);
        $this->expectExceptionMessage('did not start');
        Sandbox::start(binary: '/nowhere/lomi-sandbox');
    }

    public function testWhereTheProgramIsLookedFor(): void
    {
        $before = [getenv('LOMI_SANDBOX'), getenv('PATH')];
        try {
            putenv('LOMI_SANDBOX=/somewhere/lomi-sandbox');
            $this->assertSame('/somewhere/lomi-sandbox', Sandbox::find());
            putenv('LOMI_SANDBOX');
            putenv('PATH=/nowhere');
            $this->assertSame(dirname(__DIR__, 2) . '/target/debug/lomi-sandbox', Sandbox::find());
        } finally {
            putenv('LOMI_SANDBOX' . ($before[0] === false ? '' : "=$before[0]"));
            putenv("PATH=$before[1]");
        }
    }
}
