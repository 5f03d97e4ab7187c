<?php

/** What the stores of the replay guard use of Predis and PDO. */

declare(strict_types=1);

namespace Predis {
    if (!interface_exists(ClientInterface::class)) {
        interface ClientInterface
        {
        }
    }
}

namespace LomiSDK\Tests\Support {

    final class FakePredis implements \Predis\ClientInterface
    {
        private array $keys = [];

        public function set(string $key, string $value, string $ex, int $ttl, string $nx): ?\Stringable
        {
            if ([$ex, $nx] !== ['EX', 'NX'] || isset($this->keys[$key])) {
                return null;
            }
            $this->keys[$key] = true;
            return new class () implements \Stringable {
                public function __toString(): string
                {
                    return 'OK';
                }
            };
        }

        public function del(string $key): int
        {
            unset($this->keys[$key]);
            return 1;
        }
    }

    final class FakePdo extends \PDO
    {
        public array $rows = [];
        public bool $broken = false;

        public function __construct(private string $driver)
        {
        }

        public function getAttribute(int $attribute): mixed
        {
            return $this->driver;
        }

        public function prepare(string $query, array $options = []): \PDOStatement|false
        {
            return new FakeStatement($this, $query);
        }
    }

    final class FakeStatement extends \PDOStatement
    {
        private array $values = [];
        private int $changed = 0;

        public function __construct(private FakePdo $pdo, private string $sql)
        {
        }

        public function bindValue(int|string $param, mixed $value, int $type = \PDO::PARAM_STR): bool
        {
            $this->values[$param] = $value;
            return $type === (is_int($value) ? \PDO::PARAM_INT : \PDO::PARAM_STR);
        }

        public function execute(?array $params = null): bool
        {
            [$key, $time, $now] = [$this->values[1], $this->values[2] ?? null, $this->values[3] ?? null];
            $rows = &$this->pdo->rows;
            if (str_starts_with($this->sql, 'DELETE')) {
                $gone = isset($rows[$key]) && ($time === null || $rows[$key] <= $time);
                $this->changed = (int) $gone;
                if ($gone) {
                    unset($rows[$key]);
                }
            } elseif (!isset($rows[$key]) || ($now !== null && $rows[$key] <= $now)) {
                $rows[$key] = $time;
                $this->changed = 1;
            }
            return !$this->pdo->broken;
        }

        public function rowCount(): int
        {
            return $this->changed;
        }

        public function errorInfo(): array
        {
            return ['HY000', 1, 'broken'];
        }
    }
}
