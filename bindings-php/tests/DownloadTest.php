<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use GuzzleHttp\Client;
use LomiSDK\ApiException;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\NotFoundError;
use LomiSDK\Exception\ResponseTooLargeError;
use LomiSDK\Exception\UnexpectedRedirectError;
use LomiSDK\Exception\ValidationError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use PHPUnit\Framework\TestCase;

/** Downloads of the files that the API links to. */
final class DownloadTest extends TestCase
{
    private const QUERY = '?expires=1790000000&signature=c2lnbmF0dXJl';

    private string $folder;
    private string $to;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/lomi-download-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
        $this->to = "$this->folder/a.pdf";
    }

    protected function tearDown(): void
    {
        array_map('unlink', $this->names());
        rmdir($this->folder);
    }

    /** @return list<string> every file in the folder, hidden ones too */
    private function names(): array
    {
        $names = array_diff(scandir($this->folder) ?: [], ['.', '..']);
        return array_values(array_map(fn ($name) => "$this->folder/$name", $names));
    }

    /** Bytes that are no text. */
    private static function file(): string
    {
        return str_repeat(implode('', array_map('chr', range(0, 255))), 1000);
    }

    /** @param list<array<string, mixed>>|null $responses */
    private static function server(?array $responses = null): FaultServer
    {
        return new FaultServer($responses ?? [['base64' => base64_encode(self::file())]]);
    }

    private static function link(FaultServer $server): string
    {
        return "$server->url/files/a.pdf" . self::QUERY;
    }

    private static function client(bool $guzzle, array $options = []): LomiClient
    {
        if ($guzzle) {
            // Its own defaults are meant for the API.
            $options['http_client'] = new Client(['headers' => ['X-Api-Key' => 'another'], 'auth' => ['u', 'private'], 'query' => ['a' => 'b']]);
        }
        return new LomiClient('lomi_sk_test_secret1', $options + ['base_url' => 'http://127.0.0.1:1', 'headers' => ['Authorization' => 'Bearer another', 'X-Shop' => 'private']]);
    }

    public static function clients(): array
    {
        return ['lomi' => [false], 'Guzzle' => [true]];
    }

    /** @param class-string<ApiException> $class */
    private static function fails(string $class, callable $call): ApiException
    {
        try {
            $call();
        } catch (ApiException $exception) {
            self::assertInstanceOf($class, $exception, (string) $exception);
            $body = $exception->getResponseBody();
            $shown = $exception . print_r($exception->getResponseHeaders(), true) . (is_string($body) ? $body : json_encode($body));
            self::assertStringNotContainsString('c2lnbmF0dXJl', $shown);
            self::assertStringNotContainsString('1790000000', $shown);
            return $exception;
        }
        self::fail('it succeeded');
    }

    /** @dataProvider clients */
    public function testBytesAreReturnedAndNoSecretIsSent(bool $guzzle): void
    {
        $server = self::server();
        $lomi = self::client($guzzle);
        self::assertSame(self::file(), $lomi->download(self::link($server)));
        [$request] = $server->requests();
        self::assertSame('GET /files/a.pdf' . self::QUERY, "$request[method] $request[path]");
        $names = array_diff(array_keys($request['headers']), ['connection']);
        self::assertEqualsCanonicalizing(['accept', 'accept-encoding', 'host', 'user-agent'], $names);
        self::assertSame(200, $lomi->getLastResponse()?->getStatus());
    }

    /** @dataProvider clients */
    public function testAFileIsSavedAndReplacesAnEarlierOne(bool $guzzle): void
    {
        file_put_contents($this->to, 'old');
        $server = self::server();
        $size = self::client($guzzle)->download(self::link($server), ['to' => $this->to]);
        self::assertSame(256_000, $size);
        self::assertSame(self::file(), file_get_contents($this->to));
        self::assertSame([$this->to], $this->names());
        self::assertSame(0600, fileperms($this->to) & 0777);
    }

    /** @dataProvider clients */
    public function testWhatIsTooLargeLeavesNothing(bool $guzzle): void
    {
        $link = self::link($server = self::server());
        $lomi = self::client($guzzle);
        self::fails(ResponseTooLargeError::class, fn () => $lomi->download($link, ['max_bytes' => 255_999]));
        self::fails(ResponseTooLargeError::class, fn () => $lomi->download($link, ['to' => $this->to, 'max_bytes' => 255_999]));
        self::assertSame([], $this->names());
        $lomi->download($link, ['to' => $this->to, 'max_bytes' => 256_000]);
        self::assertCount(3, $server->requests());
    }

    /** @dataProvider clients */
    public function testTheLimitOfBytesInMemoryCanBeRaised(bool $guzzle): void
    {
        $link = self::link($server = self::server());
        $lomi = self::client($guzzle, ['limits' => ['body' => 1000]]);
        self::fails(ResponseTooLargeError::class, fn () => $lomi->download($link));
        self::assertSame(self::file(), $lomi->download($link, ['max_bytes' => 256_000]));
        self::assertCount(2, $server->requests());
    }

    /** @dataProvider clients */
    public function testItIsRepeatedAsAReadIs(bool $guzzle): void
    {
        $half = ['raw' => "HTTP/1.1 200 OK\r\nContent-Length: 256000\r\n\r\nhalf"];
        $server = self::server([['status' => 503], $half, ['base64' => base64_encode(self::file())]]);
        self::assertSame(256_000, self::client($guzzle)->download(self::link($server), ['to' => $this->to]));
        self::assertSame(self::file(), file_get_contents($this->to));
        self::assertCount(3, $server->requests());
    }

    /** @dataProvider clients */
    public function testADownloadThatBreaksLeavesNoFile(bool $guzzle): void
    {
        $server = self::server([['raw' => "HTTP/1.1 200 OK\r\nContent-Length: 256000\r\n\r\nhalf"]]);
        $exception = self::fails(APIConnectionError::class, fn () => self::client($guzzle)->download(self::link($server), ['to' => $this->to]));
        self::assertSame(3, $exception->getAttempts());
        self::assertSame([], $this->names());
    }

    /** @dataProvider clients */
    public function testAnAddressThatIsNotReachedIsNamedWithoutItsQuery(bool $guzzle): void
    {
        $link = 'http://127.0.0.1:1/files/a.pdf' . self::QUERY;
        self::fails(APIConnectionError::class, fn () => self::client($guzzle)->download($link, ['max_retries' => 0]));
    }

    /** @dataProvider clients */
    public function testAFailureIsTheUsualExceptionWithoutTheSignature(bool $guzzle): void
    {
        foreach ([404 => NotFoundError::class, 302 => UnexpectedRedirectError::class] as $status => $class) {
            $response = ['status' => $status, 'body' => json_encode(['message' => 'no /files/a.pdf' . self::QUERY]), 'headers' => ['Location' => '/b' . self::QUERY]];
            $server = self::server([$response]);
            self::fails($class, fn () => self::client($guzzle)->download(self::link($server), ['to' => $this->to]));
            self::assertSame([], $this->names());
            self::assertCount(1, $server->requests());
        }
    }

    public function testASignalHandlerThatThrowsLeavesNoFile(): void
    {
        $server = self::server([['first' => "HTTP/1.1 200 OK\r\nContent-Length: 256000\r\n\r\nhalf", 'wait' => 5]]);
        pcntl_async_signals(true);
        pcntl_signal(SIGALRM, fn () => throw new \RuntimeException('enough'));
        pcntl_alarm(1);
        $started = microtime(true);
        try {
            self::client(false)->download(self::link($server), ['to' => $this->to]);
            self::fail('it succeeded');
        } catch (\RuntimeException $exception) {
            self::assertSame('enough', $exception->getMessage());
        } finally {
            pcntl_signal(SIGALRM, SIG_DFL);
        }
        self::assertLessThan(3, microtime(true) - $started);
        self::assertSame([], $this->names());
    }

    public function testWhatMustNotBeSentIsRefused(): void
    {
        $lomi = self::client(false);
        foreach (['http://files.example/a' . self::QUERY, 'https://u:c2lnbmF0dXJl@files.example/', '/c2lnbmF0dXJl', ''] as $link) {
            self::fails(ValidationError::class, fn () => $lomi->download($link, ['to' => $this->to]));
        }
        $link = self::link($server = self::server());
        foreach ([['max_bytes' => 0], ['max_bytes' => -1], ['to' => ''], ['to' => $this->folder], ['to' => "$this->folder/none/a"], ['api_key' => 'lomi_sk_test_1'], ['headers' => ['A' => 'b']], ['query' => []]] as $options) {
            self::fails(ValidationError::class, fn () => $lomi->download($link, $options));
        }
        self::assertSame([], $server->requests());
        self::assertSame([], $this->names());
    }

    public function testOpenBasedirHolds(): void
    {
        $server = self::server();
        mkdir($allowed = "$this->folder/allowed");
        $code = '$lomi = new LomiSDK\LomiClient("lomi_sk_test_1", ["base_url" => "http://127.0.0.1:1"]);'
            . 'try { echo $lomi->download("' . self::link($server) . '", ["to" => "%s"]); }'
            . 'catch (LomiSDK\Exception\ValidationError $e) { echo $e->getMessage(); }';
        $limit = ['-d', "open_basedir=$allowed"];
        self::assertStringContainsString('open_basedir', Process::php(sprintf($code, $this->to), $limit));
        self::assertSame([$allowed], $this->names());
        self::assertSame('256000', Process::php(sprintf($code, "$allowed/a.pdf"), $limit));
        unlink("$allowed/a.pdf");
        rmdir($allowed);
    }

    public function testHooksSeeTheAttemptAndNoPartOfTheLink(): void
    {
        $events = [];
        $keep = function ($event) use (&$events) { $events[] = $event; };
        $lomi = self::client(false, ['on_request' => $keep, 'on_response' => $keep]);
        $server = self::server();
        $lomi->download(self::link($server));
        self::assertSame(['download', 'download'], array_column($events, 'operation'));
        self::assertStringNotContainsString('signature', print_r($events, true));
        self::assertStringNotContainsString('a.pdf', print_r($events, true));
    }
}
