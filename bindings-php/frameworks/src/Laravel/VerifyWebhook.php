<?php

declare(strict_types=1);

namespace LomiSDK\Laravel;

use Closure;
use Illuminate\Http\Request;
use LomiSDK\Webhook\Receiver;
use LomiSDK\Webhook\Refusal;

/**
 * Lets only genuine lomi. webhooks through, with the event as `$request->attributes->get('lomi.event')`.
 * The response to everything else is 400, or 413 beyond 1 MiB, and the reason is logged as a warning.
 * Leave the route out of CSRF protection.
 */
final class VerifyWebhook
{
    public function handle(Request $request, Closure $next): mixed
    {
        $logger = function_exists('logger') ? logger() : null;
        $receiver = new Receiver(config('services.lomi.webhook_secret'), null, $logger);
        $length = (int) $request->header('Content-Length');
        // As a stream, so that no more is read than the limit.
        $event = $receiver->receive($request->getContent(true), $request->header('X-Lomi-Signature'), $length);
        if ($event instanceof Refusal) {
            return response()->json(json_decode($event->body), $event->status);
        }
        $request->attributes->set('lomi.event', $event);
        return $next($request);
    }
}
