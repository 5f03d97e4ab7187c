<?php

declare(strict_types=1);

namespace Psr\Http\Server {
    // Debian has no package for these two.
    if (!interface_exists(MiddlewareInterface::class)) {
        interface RequestHandlerInterface
        {
            public function handle(\Psr\Http\Message\ServerRequestInterface $request): \Psr\Http\Message\ResponseInterface;
        }

        interface MiddlewareInterface
        {
            public function process(\Psr\Http\Message\ServerRequestInterface $request, RequestHandlerInterface $handler): \Psr\Http\Message\ResponseInterface;
        }
    }
}

namespace Illuminate\Support {
    // What the provider needs of Laravel.
    if (!class_exists(ServiceProvider::class)) {
        abstract class ServiceProvider
        {
            public function __construct(protected $app)
            {
            }
        }
    }
}

namespace LomiSDK\Tests {

    use GuzzleHttp\Psr7\Response;
    use GuzzleHttp\Psr7\ServerRequest;
    use LomiSDK\Laravel\LomiServiceProvider;
    use LomiSDK\LomiClient;
    use LomiSDK\Tests\Support\Process;
    use LomiSDK\Psr15\WebhookMiddleware;
    use LomiSDK\Webhooks;
    use PHPUnit\Framework\TestCase;
    use Psr\Http\Message\ResponseInterface;
    use Psr\Http\Message\ServerRequestInterface;
    use Psr\Http\Server\RequestHandlerInterface;

    /** The thin files for frameworks. */
    final class FrameworksTest extends TestCase implements RequestHandlerInterface
    {
        private ?ServerRequestInterface $handled = null;

        public static function setUpBeforeClass(): void
        {
            foreach (['Webhook/Refusal', 'Webhook/Receiver', 'Psr15/WebhookMiddleware'] as $file) {
                require_once dirname(__DIR__) . "/frameworks/src/$file.php";
            }
            require_once dirname(__DIR__) . '/frameworks/src/Laravel/LomiServiceProvider.php';
        }

        public function handle(ServerRequestInterface $request): ResponseInterface
        {
            $this->handled = $request;
            return new Response(204);
        }

        public function testPsr15LetsOnlyGenuineWebhooksThrough(): void
        {
            $body = '{"id":"d1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t"}}';
            $logger = new class () {
                public array $lines = [];

                public function warning(string $line): void
                {
                    $this->lines[] = $line;
                    throw new \Exception('the log is full');
                }
            };
            $middleware = new WebhookMiddleware(new \GuzzleHttp\Psr7\HttpFactory(), 'whsec_b, whsec_a', null, $logger);
            $request = new ServerRequest('POST', '/hook', ['X-Lomi-Signature' => Webhooks::sign($body, 'whsec_a')], $body);
            self::assertSame(204, $middleware->process($request, $this)->getStatusCode());
            self::assertSame('d1', $this->handled->getAttribute('lomi.event')->getId());
            self::assertStringNotContainsString('whsec_a', print_r($middleware, true));

            $this->handled = null;
            $forged = new ServerRequest('POST', '/hook', ['X-Lomi-Signature' => str_repeat('0', 64)], $body);
            $response = $middleware->process($forged, $this);
            self::assertSame([400, '{"error":"invalid signature"}'], [$response->getStatusCode(), (string) $response->getBody()]);
            self::assertStringContainsString('does not match', $logger->lines[0]);

            $long = new \GuzzleHttp\Psr7\PumpStream(fn (int $length): string => str_repeat('x', $length));
            $response = $middleware->process(new ServerRequest('POST', '/hook', [], $long), $this);
            self::assertSame([413, '{"error":"payload too large"}'], [$response->getStatusCode(), (string) $response->getBody()]);
            self::assertNull($this->handled);
            $this->expectExceptionMessageMatches('/something read it before/');
            try {
                $middleware->process(new ServerRequest('POST', '/hook', ['Content-Length' => '9'], ''), $this);
            } finally {
                self::assertCount(2, $logger->lines);
            }
        }

        public function testLaravelGetsAClient(): void
        {
            $app = new class (['config' => ['services.lomi' => ['key' => 'lomi_sk_test_1', 'options' => ['timeout' => 5]]]]) extends \ArrayObject {
                public array $made = [];

                public function singleton(string $name, callable $make): void
                {
                    $this->made[$name] = $make;
                }

                public function bind(string $name, callable $make): void
                {
                    $this->made[$name] = $make;
                }

                public function alias(string $name, string $alias): void
                {
                }
            };
            class_exists('Illuminate\Contracts\Foundation\Application') || class_alias(get_class($app), 'Illuminate\Contracts\Foundation\Application');
            (new LomiServiceProvider($app))->register();
            self::assertInstanceOf(LomiClient::class, $app->made[LomiClient::class]($app));
            self::assertSame([LomiClient::class, \LomiSDK\Inbox\Inbox::class], array_keys($app->made));
        }

        public function testLaravelLetsOnlyGenuineWebhooksThrough(): void
        {
            // What Laravel itself would bring, as far as the middleware asks for it.
            $printed = self::program('Laravel/VerifyWebhook', <<<'PHP'
                namespace Illuminate\Http {
                    class Request
                    {
                        public object $attributes;
                        public function __construct(private string $body, private ?string $signature) { $this->attributes = new class { public array $set = []; public function set($name, $value) { $this->set[$name] = $value; } }; }
                        public function getContent() { return $this->body; }
                        public function header(string $name) { return $name === 'X-Lomi-Signature' ? $this->signature : null; }
                    }
                }
                namespace {
                    function logger() { return new class { public function warning($line) { echo "$line\n"; } }; }
                    function config(string $name) { return ['services.lomi.webhook_secret' => 'whsec_a'][$name]; }
                    function response() { return new class { public function json($value, $status) { return "$status " . json_encode($value); } }; }
                }
                PHP, <<<'PHP'
                $body = '{"id":"d1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t"}}';
                $next = fn ($request) => 'through with ' . $request->attributes->set['lomi.event']->getId();
                foreach ([LomiSDK\Webhooks::sign($body, 'whsec_a'), LomiSDK\Webhooks::sign($body, 'whsec_b'), null] as $signature) {
                    echo (new LomiSDK\Laravel\VerifyWebhook())->handle(new Illuminate\Http\Request($body, $signature), $next), "\n";
                }
                PHP);
            $refused = '400 {"error":"invalid signature"}';
            $reasons = "/^through with d1\nrefused a webhook delivery: .* match .*\n$refused\nrefused .* missing.*\n$refused\n$/";
            self::assertMatchesRegularExpression($reasons, $printed);
        }

        public function testSymfonyGetsAClient(): void
        {
            $printed = self::program('Symfony/LomiBundle', <<<'PHP'
                namespace Symfony\Component\HttpKernel\Bundle { abstract class AbstractBundle {} }
                namespace Symfony\Component\DependencyInjection { class ContainerBuilder {} }
                namespace Symfony\Component\DependencyInjection\Loader\Configurator {
                    class ContainerConfigurator
                    {
                        public array $said = [];
                        public function services() { return $this; }
                        public function __call($name, $arguments) { $this->said[] = [$name, $arguments]; return $this; }
                    }
                }
                namespace Symfony\Component\Config\Definition\Configurator { class DefinitionConfigurator {} }
                PHP, <<<'PHP'
                $container = new Symfony\Component\DependencyInjection\Loader\Configurator\ContainerConfigurator();
                $settings = ['api_key' => 'lomi_sk_test_1', 'options' => ['timeout' => 20], 'webhook_secret' => 'whsec_a'];
                (new LomiSDK\Symfony\LomiBundle())->loadExtension($settings, $container, new Symfony\Component\DependencyInjection\ContainerBuilder());
                echo json_encode($container->said), "\n";
                // The service as the container would make it.
                [, [$class]] = $container->said[0];
                [, [$arguments]] = $container->said[1];
                echo get_class(new $class(...$arguments));
                PHP);
            $receiver = [['set', ['LomiSDK\Symfony\WebhookReceiver']], ['args', [['whsec_a']]], ['public', []]];
            $services = [['set', [LomiClient::class]], ['args', [['lomi_sk_test_1', ['timeout' => 20]]]], ['alias', ['lomi', LomiClient::class]], ['public', []], ...$receiver];
            self::assertSame(json_encode($services) . "\n" . LomiClient::class, $printed);
        }

        public function testSymfonyLetsOnlyGenuineWebhooksThrough(): void
        {
            $printed = self::program('Symfony/WebhookReceiver', <<<'PHP'
                namespace Symfony\Component\HttpFoundation {
                    class Response { public function __construct(public string $body, public int $status, public array $headers) {} }
                    class Request
                    {
                        public object $headers;
                        public function __construct(private string $body, array $headers) { $this->headers = new class ($headers) { public function __construct(private array $all) {} public function get($name) { return $this->all[$name] ?? null; } }; }
                        public function getContent(bool $asResource = false) { $stream = fopen('php://temp', 'w+b'); fwrite($stream, $this->body); rewind($stream); return $stream; }
                    }
                }
                PHP, <<<'PHP'
                ini_set('error_log', '/dev/null');
                $body = '{"id":"d1","event":"PAYMENT_SUCCEEDED","data":{"transaction_id":"t"}}';
                $receiver = new LomiSDK\Symfony\WebhookReceiver('whsec_a');
                $receive = fn (string $body, array $headers = []) => $receiver->receive(new Symfony\Component\HttpFoundation\Request($body, $headers));
                echo $receive($body, ['X-Lomi-Signature' => LomiSDK\Webhooks::sign($body, 'whsec_a')])->getId(), "\n";
                foreach ([$receive($body), $receive(str_repeat('x', 2 << 20)), $receive('', ['Content-Length' => '1048577'])] as $refused) {
                    echo $refused->status, $refused->body, $refused->headers['Content-Type'], "\n";
                }
                PHP);
            $large = "413{\"error\":\"payload too large\"}application/json\n";
            self::assertSame("d1\n400{\"error\":\"invalid signature\"}application/json\n$large$large", $printed);
        }

        /** Runs code in a process where the frameworks' names are what `$declared` says. */
        private static function program(string $file, string $declared, string $code): string
        {
            $path = tempnam(sys_get_temp_dir(), 'lomi-framework');
            file_put_contents($path, "<?php\n$declared");
            $file = dirname(__DIR__) . "/frameworks/src/$file.php";
            $shared = dirname(__DIR__) . '/frameworks/src/Webhook';
            $printed = Process::php("require '$path'; require '$shared/Refusal.php'; require '$shared/Receiver.php'; require '$file'; $code");
            unlink($path);
            return $printed;
        }
    }
}
