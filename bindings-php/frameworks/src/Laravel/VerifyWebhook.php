<?php

declare(strict_types=1);

namespace LomiSDK\Laravel;

use Closure;
use Illuminate\Http\Request;
use LomiSDK\Exception\SignatureVerificationError;
use LomiSDK\Exception\WebhookPayloadError;
use LomiSDK\Webhooks;

/**
 * Lets only genuine lomi. webhooks through, with the event as `$request->attributes->get('lomi.event')`.
 * Leave the route out of CSRF protection.
 */
final class VerifyWebhook
{
    public function handle(Request $request, Closure $next): mixed
    {
        $secret = config('services.lomi.webhook_secret');
        try {
            $event = Webhooks::constructEvent($request->getContent(), (string) $request->header('X-Lomi-Signature'), $secret);
        } catch (SignatureVerificationError | WebhookPayloadError $e) {
            return response()->json(['error' => $e->getKind()], 400);
        }
        $request->attributes->set('lomi.event', $event);
        return $next($request);
    }
}
