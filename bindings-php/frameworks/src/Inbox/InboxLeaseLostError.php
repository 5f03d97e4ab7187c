<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\ApiException;

/**
 * The lease of an event ended while its handler worked. The commands of the handler were not run, and the event is
 * handed over again.
 */
class InboxLeaseLostError extends ApiException
{
    protected $kind = 'InboxLeaseLostError';
}
