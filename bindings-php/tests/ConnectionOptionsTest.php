<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\Configuration;
use LomiSDK\Exception\APIConnectionError;
use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Exception\ResponseTooLargeError;
use LomiSDK\Exception\TLSError;
use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\Authority;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** Options about proxies, TLS and limits, each over a real socket, for both kinds of client. */
final class ConnectionOptionsTest extends SandboxTestCase
{
    /** The setter of an option, where a Configuration names it in another way. */
    private const SETTERS = ['certificate_file' => 'setCertFile'];

    /** Retrieves a session with these options, through a class of either kind. */
    public static function surfaces(): array
    {
        $modern = fn (array $options, ?object $http = null) => (new LomiClient(
            'lomi_sk_test_1',
            $options + ['max_retries' => 0] + ($http === null ? [] : ['http_client' => $http]),
        ))->checkoutSessions->get('cs_1');
        $documented = fn (array $options, ?object $http = null) => (new CheckoutSessionsApi(
            $http,
            self::configured($options),
        ))->retrieveCheckoutSession('cs_1');
        return ['LomiClient' => [$modern], 'Configuration' => [$documented]];
    }

    private static function configured(array $options): Configuration
    {
        $config = (new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost($options['base_url'])->setMaxRetries(0);
        foreach (array_diff_key($options, ['base_url' => 1]) as $name => $value) {
            $setter = self::SETTERS[$name] ?? 'set' . str_replace('_', '', ucwords($name, '_'));
            $config->$setter($value);
        }
        return $config;
    }

    private static function https(FaultServer $server): string
    {
        return 'https://localhost:' . parse_url($server->url, PHP_URL_PORT);
    }

    /** @dataProvider surfaces */
    public function testProxyHeadersReachTheProxyAndNotTheServer(callable $get): void
    {
        $authority = new Authority();
        $server = $authority->server('api.test', self::session());
        $options = ['base_url' => 'https://api.test', 'ca_file' => $authority->file, 'proxy' => $server->url];
        $session = $get($options + ['proxy_headers' => ['X-Team' => 'team-secret'], 'headers' => ['X-Shop' => 'dakar']]);
        self::assertSame('cs_1', $session->getCheckoutSessionId());
        [$tunnel, $request] = $server->requests();
        self::assertSame(['CONNECT', 'api.test:443', 'team-secret'], [$tunnel['method'], $tunnel['path'], $tunnel['headers']['x-team']]);
        self::assertSame([], array_intersect_key($tunnel['headers'], ['x-api-key' => 1, 'x-shop' => 1]));
        self::assertSame(['GET', 'dakar'], [$request['method'], $request['headers']['x-shop']]);
        self::assertArrayNotHasKey('x-team', $request['headers']);
    }

    public function testProxyHeadersAreNotShown(): void
    {
        $headers = ['X-Team' => 'team-secret'];
        $client = new LomiClient('lomi_sk_test_1', ['proxy' => 'http://127.0.0.1:1', 'proxy_headers' => $headers]);
        $config = self::configured(['base_url' => 'https://api.test', 'proxy_headers' => $headers]);
        foreach ([$client, $config] as $holder) {
            self::assertStringNotContainsString('team-secret', print_r($holder, true) . var_export($holder, true));
        }
        foreach ([['X-Team' => ['team-secret', []]], ['X-Team' => "team-secret\xff"], 'team-secret'] as $wrong) {
            foreach ([fn () => new LomiClient('lomi_sk_test_1', ['proxy_headers' => $wrong]), fn () => $config->setProxyHeaders((array) $wrong)] as $try) {
                try {
                    $try();
                } catch (\Throwable $e) {
                    self::assertStringNotContainsString('team-secret', (string) $e);
                }
            }
        }
    }

    /** @dataProvider surfaces */
    public function testTheClientCertificateIsShownToAServerThatAsks(callable $get): void
    {
        $authority = new Authority();
        $server = $authority->server('localhost', self::session(), asks: true);
        [$certificate, $key] = $authority->certificate('shop');
        $both = "$certificate.both";
        file_put_contents($both, file_get_contents($certificate) . file_get_contents($key));
        $options = ['base_url' => self::https($server), 'ca_file' => $authority->file];
        foreach ([null, new \GuzzleHttp\Client()] as $http) {
            $get($options + ['certificate_file' => $certificate, 'key_file' => $key], $http);
            $get($options + ['certificate_file' => $both], $http);
            $thrown = self::thrownBy(fn () => $get($options, $http));
            self::assertInstanceOf(APIConnectionError::class, $thrown);
        }
        self::assertSame(['shop', 'shop', 'shop', 'shop'], array_column($server->requests(), 'certificate'));
        $thrown = self::thrownBy(fn () => $get($options + ['certificate_file' => '/nosuch.pem']));
        self::assertInstanceOf(ConfigurationError::class, $thrown);
        self::assertStringContainsString('/nosuch.pem', $thrown->getMessage());
    }

    /** @dataProvider surfaces */
    public function testTheNameInTheServersCertificateMayBeAnother(callable $get): void
    {
        $authority = new Authority();
        $server = $authority->server('api.test', self::session());
        $options = ['base_url' => self::https($server), 'ca_file' => $authority->file];
        self::assertInstanceOf(TLSError::class, self::thrownBy(fn () => $get($options)));
        $get($options + ['tls_server_name' => 'api.test']);
        self::assertInstanceOf(TLSError::class, self::thrownBy(fn () => $get($options + ['tls_server_name' => 'other.test'])));
        self::assertCount(1, $server->requests());
    }

    /** @dataProvider surfaces */
    public function testSeveralFilesOfAuthorities(callable $get): void
    {
        [$one, $two] = [new Authority(), new Authority()];
        $servers = [$one->server('localhost', self::session()), $two->server('localhost', self::session())];
        foreach ([['ca_files' => [$one->file, $two->file]], ['ca_file' => $one->file, 'ca_files' => [$two->file]]] as $files) {
            foreach ($servers as $server) {
                $get(['base_url' => self::https($server)] + $files);
            }
            $thrown = self::thrownBy(fn () => $get(['base_url' => self::https($servers[0])] + $files, new \GuzzleHttp\Client()));
            self::assertInstanceOf(ConfigurationError::class, $thrown);
            self::assertStringContainsString('Guzzle takes one file', $thrown->getMessage());
        }
        $get(['base_url' => self::https($servers[0]), 'ca_files' => [$one->file]], new \GuzzleHttp\Client());
        $thrown = self::thrownBy(fn () => $get(['base_url' => self::https($servers[1]), 'ca_files' => [$one->file]]));
        self::assertInstanceOf(TLSError::class, $thrown);
        self::assertSame([3, 2], array_map(fn ($server) => count($server->requests()), $servers));
    }

    /** @dataProvider surfaces */
    public function testLimitsBoundAResponse(callable $get): void
    {
        $plain = fn (array $more = [], array $headers = []) => new FaultServer([['body' => self::session($more), 'headers' => $headers]]);
        // The ratio counts beyond a mebibyte; this one is about 20.
        $lines = array_map(fn () => bin2hex(random_bytes(10)) . str_repeat('a', 400), range(1, 3000));
        $packed = gzencode(self::session(['title' => implode($lines)]));
        $gzip = new FaultServer([['base64' => base64_encode($packed), 'headers' => ['Content-Encoding' => 'gzip']]]);
        foreach ([
            'body' => [1000, $plain(['title' => str_repeat('a', 1000)]), 'has more than 1000 bytes'],
            'headers' => [1000, $plain([], ['X-Long' => str_repeat('a', 1000)]), 'bytes of headers'],
            'depth' => [2, $plain(['metadata' => ['a' => ['b' => 1]]]), 'nested deeper'],
            'values' => [4, $plain(), 'more values'],
            'ratio' => [10, $gzip, 'grows more than 10 times'],
        ] as $name => [$most, $server, $said]) {
            foreach ([null, new \GuzzleHttp\Client()] as $http) {
                $options = ['base_url' => $server->url];
                self::assertSame('cs_1', $get($options, $http)->getCheckoutSessionId());
                $thrown = self::thrownBy(fn () => $get($options + ['limits' => [$name => $most]], $http));
                self::assertInstanceOf(ResponseTooLargeError::class, $thrown, "$name: {$thrown->getMessage()}");
                self::assertStringContainsString($said, $thrown->getMessage());
                // A limit that is null keeps its default.
                $get($options + ['limits' => [$name => 100 * $most] + ['body' => null]], $http);
            }
        }
    }

    public function testLimitsThatCannotBeSet(): void
    {
        $defaults = ['body' => 16 << 20, 'headers' => 64 << 10, 'depth' => 128, 'values' => 250_000, 'ratio' => 100];
        $config = new Configuration();
        self::assertSame($defaults, $config->getLimits());
        self::assertSame(['body' => 5] + $defaults, $config->setLimits(['body' => 5])->getLimits());
        self::assertSame($defaults, $config->setLimits([])->getLimits());
        foreach ([
            'did you mean "body"' => ['bodi' => 1],
            'limits has no "size"' => ['size' => 1],
            'limits has no "0"' => [1000],
            'body must be above 0' => ['body' => 0],
            'ratio must be above 0' => ['ratio' => -1],
            'depth must be at most 512' => ['depth' => 513],
            'limits.values must be a whole number above 0, not 1.5' => ['values' => 1.5],
            'limits.headers must be a whole number above 0, not string' => ['headers' => '1'],
        ] as $said => $limits) {
            foreach ([fn () => new LomiClient('lomi_sk_test_1', ['limits' => $limits]), fn () => $config->setLimits($limits)] as $try) {
                $thrown = self::thrownBy($try);
                self::assertInstanceOf(ConfigurationError::class, $thrown);
                self::assertStringContainsString($said, $thrown->getMessage());
            }
        }
        $thrown = self::thrownBy(fn () => new LomiClient('lomi_sk_test_1', ['limits' => 1000]));
        self::assertStringContainsString('limits must be an array', $thrown->getMessage());
        $thrown = self::thrownBy(fn () => new LomiClient('lomi_sk_test_1', ['ca_files' => '/a.pem']));
        self::assertStringContainsString('ca_files must be a list of paths, not string', $thrown->getMessage());
        self::assertSame($defaults, $config->getLimits());
    }

    public function testSettingsAreGivenBack(): void
    {
        $config = new Configuration();
        self::assertSame([[], [], null, []], [$config->getHeaders(), $config->getCaFiles(), $config->getTlsServerName(), $config->getProxyHeaders()]);
        $headers = ['X-Shop' => 'dakar', 'X-Tag' => ['a', 'b']];
        self::assertSame($config, $config->setHeaders($headers)->setCaFiles(['/a.pem', '/b.pem'])->setTlsServerName('api.test')->setProxyHeaders($headers));
        self::assertSame([$headers, ['/a.pem', '/b.pem'], 'api.test', $headers], [$config->getHeaders(), $config->getCaFiles(), $config->getTlsServerName(), $config->getProxyHeaders()]);
        self::assertNull($config->setTlsServerName(null)->getTlsServerName());
    }
}
