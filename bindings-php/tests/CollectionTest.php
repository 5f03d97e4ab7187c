<?php

declare(strict_types=1);

namespace LomiSDK\Tests;

use LomiSDK\LomiClient;
use LomiSDK\Tests\Support\FaultServer;
use LomiSDK\Tests\Support\SandboxTestCase;

/** The engine's cycle collector finds cycles through our objects. */
final class CollectionTest extends SandboxTestCase
{
    private static ?FaultServer $server = null;

    public static function setUpBeforeClass(): void
    {
        $row = ['checkout_session_id' => 'cs_1', 'amount' => 10000, 'status' => 'open'];
        self::$server = FaultServer::json(json_encode($row + ['data' => [$row, $row], 'total' => 4, 'has_more' => true]));
    }

    public static function tearDownAfterClass(): void
    {
        self::$server = null;
    }

    public static function cycles(): array
    {
        $http = fn (object $box) => new class ($box) extends \GuzzleHttp\Client {
            public function __construct(public object $box)
            {
                parent::__construct();
            }
        };
        return [
            'the logger' => [fn ($box, $make) => $box->client = $make(['logger' => function () use ($box) {}])],
            'the hooks' => [fn ($box, $make) => $box->client = $make(['on_request' => fn () => $box, 'on_response' => fn () => $box])],
            'the hooks of a configuration' => [function ($box, $make) {
                $box->config = (new \LomiSDK\Configuration())->setOnRequest(fn () => $box)->setOnResponse(fn () => $box);
                $box->api = new \LomiSDK\Api\CheckoutSessionsApi(null, $box->config);
            }],
            'the HTTP client' => [fn ($box, $make) => $box->client = $make(['http_client' => $http($box)])],
            'a resource' => [fn ($box, $make) => $box->sessions = $make(['logger' => function () use ($box) {}])->checkoutSessions],
            'a client and its resource' => [function ($box, $make) {
                $box->client = $make(['logger' => function () use ($box) {}]);
                $box->sessions = $box->client->checkoutSessions;
                $box->again = clone $box->client;
            }],
            'a page' => [fn ($box, $make) => $box->page = $make(['logger' => function () use ($box) {}])->checkoutSessions->list()],
            'an iterator' => [function ($box, $make) {
                $box->items = $make(['logger' => function () use ($box) {}])->checkoutSessions->list()->autoPagingIterator();
                $box->items->current();
                $box->copy = clone $box->items;
            }],
            'a promise' => [function ($box, $make) {
                $box->promise = $make(['logger' => function () use ($box) {}])->checkoutSessions->getAsync('cs_1');
                $box->next = $box->promise->then(fn ($session) => $box);
            }],
            'a promise through a client of the caller\'s' => [fn ($box, $make) => $box->promise = $make(['http_client' => $http($box)])->checkoutSessions->getAsync('cs_1')],
            'a promise that was kept' => [function ($box, $make) {
                $box->promise = $make()->checkoutSessions->getAsync('cs_1')->then(fn ($session) => $box);
                $box->promise->wait();
            }],
            'a model' => [fn ($box, $make) => $box->session = new \LomiSDK\Model\CheckoutSessions(['metadata' => ['box' => $box]])],
        ];
    }

    /** @dataProvider cycles */
    public function testACycleIsCollected(\Closure $tie): void
    {
        $make = fn (array $options = []) => new LomiClient('lomi_sk_test_1', $options + ['base_url' => self::$server->url]);
        // What is loaded once stays.
        for ($i = 0; $i < 3; $i++) {
            self::assertNotNull($this->tie($tie, $make)->get(), 'it is a cycle');
            gc_collect_cycles();
        }
        $before = memory_get_usage();
        for ($i = 0; $i < 20; $i++) {
            $weak = $this->tie($tie, $make);
            gc_collect_cycles();
            self::assertNull($weak->get());
        }
        self::assertLessThan($before + 2048, memory_get_usage());
    }

    private function tie(\Closure $tie, \Closure $make): \WeakReference
    {
        $box = new class () extends \stdClass {};
        $tie($box, $make);
        return \WeakReference::create($box);
    }

    public function testACycleThroughAPromiseOfOursIsCollected(): void
    {
        // Where Guzzle is loaded, promises are Guzzle's.
        $url = self::$server->url;
        $printed = Support\Process::php(<<<PHP
            function tie(): WeakReference {
                \$box = new class () extends stdClass {};
                \$client = new LomiSDK\\LomiClient('lomi_sk_test_1', ['base_url' => '$url', 'logger' => function () use (\$box) {}]);
                \$box->waiting = \$client->checkoutSessions->getAsync('cs_1');
                \$box->kept = \$client->checkoutSessions->getAsync('cs_1')->then(fn () => \$box);
                \$box->kept->wait();
                \$box->refused = \$client->checkoutSessions->getAsync('cs_1')->then(fn () => throw new Exception('no'))->otherwise(fn () => \$box);
                return WeakReference::create(\$box);
            }
            for (\$i = 0; \$i < 5; \$i++) {
                \$weak = tie();
                echo get_class(\$weak->get()->kept), gc_collect_cycles() > 0 && \$weak->get() === null ? ' gone ' : ' kept ';
            }
            PHP);
        self::assertSame(str_repeat('LomiSDK\Promise gone ', 5), $printed);
    }

    public function testWhatIsStillUsedIsNotCollected(): void
    {
        $collected = new \ArrayObject();
        $client = new LomiClient('lomi_sk_test_1', ['base_url' => self::$server->url, 'logger' => function () use ($collected) {
            $collected[] = gc_collect_cycles();
        }]);
        $sessions = $client->checkoutSessions;
        $page = $sessions->list();
        $copy = clone $client;
        unset($client);
        gc_collect_cycles();
        $sessions->get('cs_1');
        unset($sessions);
        gc_collect_cycles();
        foreach ($page->autoPagingIterator() as $position => $session) {
            gc_collect_cycles();
            if ($position === 1) {
                break;
            }
        }
        unset($page);
        gc_collect_cycles();
        $copy->checkoutSessions->get('cs_1');
        self::assertCount(3, $collected);
    }
}
