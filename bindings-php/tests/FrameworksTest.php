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
            require_once dirname(__DIR__) . '/frameworks/src/Psr15/WebhookMiddleware.php';
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
            $middleware = new WebhookMiddleware(new \GuzzleHttp\Psr7\HttpFactory(), 'whsec_a');
            $request = new ServerRequest('POST', '/hook', ['X-Lomi-Signature' => Webhooks::sign($body, 'whsec_a')], $body);
            self::assertSame(204, $middleware->process($request, $this)->getStatusCode());
            self::assertSame('d1', $this->handled->getAttribute('lomi.event')->getId());

            $this->handled = null;
            $forged = new ServerRequest('POST', '/hook', ['X-Lomi-Signature' => str_repeat('0', 64)], $body);
            $response = $middleware->process($forged, $this);
            self::assertSame([400, '{"error":"SignatureVerificationError"}'], [$response->getStatusCode(), (string) $response->getBody()]);
            self::assertNull($this->handled);
            self::assertStringNotContainsString('whsec_a', print_r($middleware, true));
        }

        public function testLaravelGetsAClient(): void
        {
            $app = new class (['config' => ['services.lomi' => ['key' => 'lomi_sk_test_1', 'options' => ['timeout' => 5]]]]) extends \ArrayObject {
                public array $made = [];

                public function singleton(string $name, callable $make): void
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
        }

        public function testTheOthersAreValidPhp(): void
        {
            foreach (['Laravel/VerifyWebhook', 'Symfony/LomiBundle'] as $file) {
                $path = dirname(__DIR__) . "/frameworks/src/$file.php";
                exec(escapeshellarg(PHP_BINARY) . ' -n -l ' . escapeshellarg($path), $lines, $status);
                self::assertSame(0, $status, implode("\n", $lines));
            }
        }
    }
}
