<?php

declare(strict_types=1);

namespace LomiSDK\Webhook;

/** A response that refuses a delivery: a status, and JSON that does not say the reason. */
final class Refusal
{
    public function __construct(public readonly int $status, public readonly string $body)
    {
    }
}
