<?php

declare(strict_types=1);

namespace LomiSDK\Laravel;

use Illuminate\Contracts\Foundation\Application;
use Illuminate\Support\ServiceProvider;
use LomiSDK\Inbox\Inbox;
use LomiSDK\Inbox\LaravelStore;
use LomiSDK\LomiClient;

/**
 * Makes `LomiSDK\LomiClient` injectable, and `LomiSDK\Inbox\Inbox` over the default database. The settings are in
 * config/services.php:
 *
 *     'lomi' => ['key' => env('LOMI_API_KEY'), 'webhook_secret' => env('LOMI_WEBHOOK_SECRET'), 'options' => []],
 *
 * and the middleware `lomi.webhook` lets only genuine webhooks through.
 */
final class LomiServiceProvider extends ServiceProvider
{
    public function register(): void
    {
        $this->app->singleton(LomiClient::class, function (Application $app): LomiClient {
            $settings = $app['config']['services.lomi'] ?? [];
            return new LomiClient($settings['key'] ?? null, $settings['options'] ?? []);
        });
        $this->app->alias(LomiClient::class, 'lomi');
        // Made anew each time: in a long-running worker the default connection may have changed.
        $this->app->bind(Inbox::class, fn (Application $app): Inbox => new Inbox(new LaravelStore($app['db']->connection())));
    }

    public function boot(): void
    {
        $this->app['router']->aliasMiddleware('lomi.webhook', VerifyWebhook::class);
    }
}
