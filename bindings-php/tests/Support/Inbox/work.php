<?php

/**
 * A process of a shop. The first argument is JSON: `shop` (the arguments of Shop), `mode` and what the mode needs.
 *
 * `webhooks` handles the deliveries of standard input, a line of JSON each: `body`, `signature`, and for tests also
 * `fail`, if the handler fails, `until`, a file whose creation the handler waits for, and `number`, which is printed
 * with the result. `reconcile` runs reconcile once, with the client of `key` and `url`.
 *
 * It prints a line at each step: `ready`, then for each event `before`, `within` (the handler has written one thing),
 * `finished` (it has written all), and `handled`, `repeated` or `failed`; and `done`. `pauses` is the longest pause
 * at a step in microseconds.
 */

declare(strict_types=1);

use LomiSDK\ApiException;
use LomiSDK\LomiClient;
use LomiSDK\Model\Event;
use LomiSDK\Tests\Support\Inbox\Shop;
use LomiSDK\Webhooks;

require __DIR__ . '/autoload.php';

$settings = json_decode($argv[1], true, 8, JSON_THROW_ON_ERROR);
$shop = new Shop(...$settings['shop']);
$delivery = [];
$say = function (string $step) use ($settings, &$delivery): void {
    fwrite(STDOUT, "$step\n");
    usleep(random_int(0, $settings['pauses'] ?? 0));
    if ($step === 'within') {
        while (isset($delivery['until']) && !file_exists($delivery['until'])) {
            usleep(1000);
            clearstatcache();
        }
        if ($delivery['fail'] ?? false) {
            throw new RuntimeException('the handler fails');
        }
    }
};
$write = $shop->handler($say);

$say('ready');
try {
    if ($settings['mode'] === 'reconcile') {
        // What a webhook's handler does is before and after `handle`; here both are seen from the handler.
        $handler = function (Event $event, object $transaction) use ($say, $write): void {
            $say('before');
            $write($event, $transaction);
        };
        $shop->inbox->reconcile(new LomiClient($settings['key'], ['base_url' => $settings['url']]), $handler, since: '2020-01-01');
        $say('handled');
    } else {
        while (($line = fgets(STDIN)) !== false) {
            $delivery = json_decode($line, true, 512, JSON_THROW_ON_ERROR);
            $event = Webhooks::constructEvent($delivery['body'], $delivery['signature'], $settings['secret']);
            $say('before');
            try {
                $handled = $shop->inbox->handle($event, $write);
                $say(($handled ? 'handled' : 'repeated') . (isset($delivery['number']) ? " {$delivery['number']}" : ''));
            } catch (RuntimeException | ApiException $error) { // PDOException and RedisException are RuntimeExceptions
                fwrite(STDOUT, 'failed ' . strtok($error->getMessage(), "\n") . "\n");
            }
        }
    }
} catch (PDOException | RedisException | ApiException $error) {
    fwrite(STDOUT, 'failed ' . strtok($error->getMessage(), "\n") . "\n");
    exit(2);
}
$say('done');
