<?php

declare(strict_types=1);

namespace Predis {
    if (!interface_exists(ClientInterface::class)) {
        interface ClientInterface
        {
        }
    }
}

namespace Predis\Response {
    if (!interface_exists(ErrorInterface::class)) {
        interface ErrorInterface
        {
        }
    }
}

namespace LomiSDK\Tests\Support\Inbox {

    /** The part of Predis that RedisStore uses, over a connection of phpredis to a real Redis. */
    final class PredisClient implements \Predis\ClientInterface
    {
        public function __construct(private \Redis $redis, private ?string $prefix = null)
        {
        }

        public function getOptions(): object
        {
            $prefix = $this->prefix === null ? null : new class ($this->prefix) {
                public function __construct(private string $prefix)
                {
                }

                public function getPrefix(): string
                {
                    return $this->prefix;
                }
            };
            return (object) ['prefix' => $prefix];
        }

        public function eval(string $script, int $keys, string ...$values): mixed
        {
            $this->redis->clearLastError();
            $response = $this->redis->eval($script, $values, $keys);
            if ($this->redis->getLastError() !== null) {
                // As Predis does with its option `exceptions` off.
                return new class ($this->redis->getLastError()) implements \Predis\Response\ErrorInterface {
                    public function __construct(private string $message)
                    {
                    }

                    public function getMessage(): string
                    {
                        return $this->message;
                    }
                };
            }
            return $response === false ? null : $response;
        }
    }
}
