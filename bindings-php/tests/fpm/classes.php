<?php

/** Classes that extend ours, in a file of their own. With opcache, all workers share them. */

declare(strict_types=1);

class MyPayout extends LomiSDK\Model\Payouts
{
    public function twice(): int
    {
        return 2 * $this->getAmount();
    }
}

class MyApi extends LomiSDK\Api\CheckoutSessionsApi
{
}
