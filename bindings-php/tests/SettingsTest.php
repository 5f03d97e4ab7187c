<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\Api\CheckoutSessionsApi;
use LomiSDK\ApiException;
use LomiSDK\Configuration;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\Process;
use LomiSDK\Tests\Support\SandboxTestCase;

/** What is set outside of a script: php.ini, the environment, a dotenv library. */
final class SettingsTest extends SandboxTestCase
{
    private static string $folder = '';

    public static function setUpBeforeClass(): void
    {
        self::$folder = sys_get_temp_dir() . '/lomi-settings-' . bin2hex(random_bytes(6));
        mkdir(self::$folder . '/hashed', 0700, true);
    }

    public static function tearDownAfterClass(): void
    {
        exec('rm -rf ' . escapeshellarg(self::$folder));
    }

    /** A company's authority, and a server whose certificate it has signed. */
    private static function company(): Process
    {
        file_put_contents(self::$folder . '/ext', "subjectAltName=DNS:localhost\n");
        foreach ([
            'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=Company -addext basicConstraints=critical,CA:TRUE',
            'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout leaf.key -out leaf.csr -subj /CN=localhost',
            'x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out leaf.pem -days 2 -extfile ext',
        ] as $command) {
            exec('cd ' . escapeshellarg(self::$folder) . " && openssl $command 2>&1", $said, $status);
            self::assertSame(0, $status, implode("\n", $said));
        }
        copy(self::$folder . '/ca.pem', self::$folder . '/hashed/0a1b2c3d.0');
        file_put_contents(self::$folder . '/hashed/README', 'no certificate');
        file_put_contents(self::$folder . '/hashed/0a1b2c3d.r0', 'a list of revoked ones');
        return new Process([
            'openssl', 's_server', '-accept', '127.0.0.1:0', '-www', '-naccept', '40',
            '-cert', self::$folder . '/leaf.pem', '-key', self::$folder . '/leaf.key',
        ]);
    }

    public function testTheAuthoritiesOfPhpIniAreTrustedToo(): void
    {
        $server = self::company();
        $lines = $server->firstLine;
        for ($n = 0; $n < 5 && !preg_match('/ACCEPT .*:(\d+)/', $lines, $found); $n++) {
            $lines = $server->line();
        }
        $url = "https://localhost:{$found[1]}";
        $folder = self::$folder;
        $calls = [
            "(new LomiSDK\LomiClient('lomi_sk_test_1', ['base_url' => '$url', 'max_retries' => 0]))->checkoutSessions->get('cs_1');",
            "(new LomiSDK\Api\CheckoutSessionsApi(null, (new LomiSDK\Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost('$url')->setMaxRetries(0)))->retrieveCheckoutSession('cs_1');",
        ];
        $read = fn (string $call, string ...$ini) => Process::php(
            "try { $call } catch (Throwable \$e) { echo get_class(\$e), ' ', \$e->getMessage(); }",
            array_merge(...array_map(fn ($line) => ['-d', $line], $ini)),
            ['SSL_CERT_FILE' => ''],
        );
        foreach ($calls as $call) {
            // Through the handshake: what comes back is a page of HTML.
            foreach (["openssl.cafile=$folder/ca.pem", "curl.cainfo=$folder/ca.pem", "openssl.capath=$folder/hashed"] as $ini) {
                self::assertStringStartsWith('LomiSDK\Exception\UnexpectedResponseError', $read($call, $ini), $ini);
            }
            self::assertStringStartsWith('LomiSDK\Exception\TLSError', $read($call));
            $missing = $read($call, "curl.cainfo=$folder/nosuch.pem");
            self::assertStringStartsWith('LomiSDK\Exception\ConfigurationError', $missing);
            self::assertStringContainsString("$folder/nosuch.pem", $missing);
        }
        // In addition to the caller's own file.
        file_put_contents("$folder/other.key", '');
        $other = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout other.key -out other.pem -days 2 -subj /CN=Other';
        exec('cd ' . escapeshellarg($folder) . " && openssl $other 2>&1");
        $call = str_replace("'max_retries'", "'ca_file' => '$folder/other.pem', 'max_retries'", $calls[0]);
        self::assertStringStartsWith('LomiSDK\Exception\UnexpectedResponseError', $read($call, "openssl.cafile=$folder/ca.pem"));
    }

    public static function places(): array
    {
        return [
            '$_ENV' => ["\$_ENV['LOMI_API_KEY'] = \$key; \$_ENV['LOMI_BASE_URL'] = \$url;"],
            '$_SERVER' => ["\$_SERVER['LOMI_API_KEY'] = \$key; \$_SERVER['LOMI_BASE_URL'] = \$url;"],
            'putenv' => ['putenv("LOMI_API_KEY=$key"); putenv("LOMI_BASE_URL=$url");'],
            'one of each' => ["\$_ENV['LOMI_API_KEY'] = \$key; putenv(\"LOMI_BASE_URL=\$url\");"],
            'by reference, in a function' => ["(function () use (\$key, \$url) { \$all = &\$_SERVER; \$all['LOMI_API_KEY'] = \$key; \$all['LOMI_BASE_URL'] = \$url; })();"],
            'in code that is compiled later' => ["eval('\$_ENV = [\"LOMI_API_KEY\" => \$key, \"LOMI_BASE_URL\" => \$url] + \$_ENV;');"],
            'empty in one place' => ["\$_ENV['LOMI_API_KEY'] = ''; \$_SERVER['LOMI_API_KEY'] = \$key; \$_ENV['LOMI_BASE_URL'] = \$url;"],
        ];
    }

    /** @dataProvider places */
    public function testWhatADotenvSetsIsRead(string $set): void
    {
        $server = FaultServer::json(self::session());
        $code = "\$key = 'lomi_sk_test_dotenv'; \$url = '$server->url'; $set (new LomiSDK\LomiClient())->checkoutSessions->get('a');";
        // Also where the process was started with others.
        $started = ['LOMI_API_KEY' => 'lomi_sk_test_started', 'LOMI_BASE_URL' => 'http://127.0.0.1:1'];
        foreach ([[], $started] as $environment) {
            foreach (['GPCS', 'EGPCS'] as $order) {
                self::assertSame('', Process::php($code, ['-d', "variables_order=$order"], $environment));
            }
        }
        $keys = array_map(fn ($request) => $request['headers']['x-api-key'], $server->requests());
        self::assertSame(array_fill(0, 4, 'lomi_sk_test_dotenv'), $keys);
    }

    public function testArgumentsAndPhpIniWinOverTheEnvironment(): void
    {
        $server = FaultServer::json(self::session());
        $set = "\$_ENV['LOMI_API_KEY'] = 'lomi_sk_test_env'; \$_ENV['LOMI_BASE_URL'] = 'http://127.0.0.1:1';";
        $ini = ['-d', 'lomi.api_key=lomi_sk_test_ini', '-d', "lomi.base_url=$server->url"];
        Process::php("$set (new LomiSDK\LomiClient())->checkoutSessions->get('a');", $ini);
        Process::php("$set (new LomiSDK\LomiClient('lomi_sk_test_given', ['base_url' => '$server->url']))->checkoutSessions->get('a');", $ini);
        // It is read when the client is made, and never from a header of the request.
        Process::php("\$c = new LomiSDK\LomiClient(); $set \$_SERVER['HTTP_LOMI_API_KEY'] = 'lomi_sk_test_header'; \$c->checkoutSessions->get('a');", $ini);
        $keys = array_map(fn ($request) => $request['headers']['x-api-key'], $server->requests());
        self::assertSame(['lomi_sk_test_ini', 'lomi_sk_test_given', 'lomi_sk_test_ini'], $keys);
    }

    public function testAVariableThatIsNotUtf8IsNamedAndNotShown(): void
    {
        $try = fn (string $set, array $arguments = [], array $environment = []) => Process::php(
            "try { $set new LomiSDK\LomiClient(); } catch (LomiSDK\Exception\ConfigurationError \$e) { echo \$e->getMessage(); }",
            $arguments,
            $environment,
        );
        foreach ([
            'LOMI_API_KEY' => [$try('', [], ['LOMI_API_KEY' => "lomi_sk_test_\xe9"]), $try("\$_ENV['LOMI_API_KEY'] = \"lomi_sk_test_\xe9\";")],
            'LOMI_BASE_URL' => [$try('', [], ['LOMI_API_KEY' => 'lomi_sk_test_1', 'LOMI_BASE_URL' => "http://localhost/\xe9"])],
            'lomi.api_key' => [$try('', ['-d', "lomi.api_key=lomi_sk_test_\xe9"])],
        ] as $name => $printed) {
            foreach ($printed as $said) {
                self::assertStringContainsString($name, $said);
                self::assertStringContainsString('UTF-8', $said);
                self::assertStringNotContainsString('lomi_sk_test', $said);
            }
        }
    }

    /** @dataProvider transports */
    public function testTheLogOfADotenv(callable $transport): void
    {
        $server = FaultServer::json(self::session());
        $guzzle = $transport() === null ? '' : ", 'http_client' => new GuzzleHttp\\Client()";
        $code = "require '/usr/share/php/GuzzleHttp/autoload.php'; \$_ENV['LOMI_LOG'] = 'info';"
            . "\$c = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$server->url'$guzzle]);"
            . "\$c->checkoutSessions->get('cs_1'); \$c->checkoutSessions->getAsync('cs_1')->wait();"
            . "(new LomiSDK\\Api\\CheckoutSessionsApi(null, (new LomiSDK\\Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost('$server->url')))->retrieveCheckoutSession('cs_1');";
        $printed = Process::php($code, ['-d', 'extension=curl']);
        self::assertSame(3, preg_match_all('/^lomi: GET .* 200 .*attempt 1$/m', $printed), $printed);
        self::assertStringNotContainsString('lomi_sk', $printed);
    }

    public function testTheLoggerGetsPromisedCallsToo(): void
    {
        $server = FaultServer::json(self::session());
        $entries = [];
        $client = new \LomiSDK\LomiClient('lomi_sk_test_1', ['base_url' => $server->url, 'logger' => function ($entry) use (&$entries) { $entries[] = $entry; }]);
        $client->pool([fn () => $client->checkoutSessions->getAsync('a'), fn () => $client->checkoutSessions->getAsync('b')]);
        self::assertSame([200, 200], array_column($entries, 'status'));
    }

    public function testTheDocumentedConfigurationHasTheSameOptionsAsLomiClient(): void
    {
        $config = new Configuration();
        self::assertSame([null, null, null, null, null], [$config->getAttemptTimeout(), $config->getIdleTimeout(), $config->getMaxConnections(), $config->getCaFile(), $config->getProxy()]);
        self::assertSame($config, $config->setAttemptTimeout(5)->setIdleTimeout(2.5)->setMaxConnections(4)->setCaFile('/no/such.pem')->setProxy('http://user:secret@127.0.0.1:1'));
        self::assertSame([5.0, 2.5, 4, '/no/such.pem', 'http://user:secret@127.0.0.1:1'], [$config->getAttemptTimeout(), $config->getIdleTimeout(), $config->getMaxConnections(), $config->getCaFile(), $config->getProxy()]);
        self::assertStringNotContainsString('secret', print_r($config, true));
        foreach (['setAttemptTimeout' => 0, 'setIdleTimeout' => -1, 'setMaxConnections' => -1] as $setter => $wrong) {
            try {
                $config->$setter($wrong);
                self::fail("$setter took $wrong");
            } catch (ApiException $e) {
                self::assertSame('not_sent', $e->getOutcome());
            }
        }
        $config = (new Configuration())->setApiKey('X-API-KEY', 'lomi_sk_test_1')->setHost('https://127.0.0.1:1/v1')->setCaFile('/no/such.pem')->setMaxRetries(0);
        $this->expectExceptionMessage('/no/such.pem');
        (new CheckoutSessionsApi(null, $config))->retrieveCheckoutSession('cs_1');
    }
}
