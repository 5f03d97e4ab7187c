<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use Illuminate\Database\Connection;
use Illuminate\Database\ConnectionInterface;
use LomiSDK\Exception\ConfigurationError;
use PDO;

/**
 * Marks in a table of Laravel's database. What the handler writes by the same connection, also with Eloquent, is in
 * the same transaction:
 *
 *     $inbox = new Inbox(new LaravelStore(DB::connection()));
 *
 * Within a transaction of the caller, the event is marked when that one commits: answer the webhook after it.
 */
final class LaravelStore extends SqlStore
{
    private Connection $connection;

    /**
     * @param string $table a plain name, without the connection's prefix
     * @throws ConfigurationError for another driver than SQLite, PostgreSQL, MySQL and MariaDB
     */
    public function __construct(ConnectionInterface $connection, string $table = Statements::TABLE)
    {
        if (!$connection instanceof Connection) {
            throw new ConfigurationError('LaravelStore takes a connection of Laravel, such as DB::connection()');
        }
        $this->connection = $connection;
        parent::__construct((string) $connection->getDriverName(), $connection->getTablePrefix() . $table);
    }

    protected function transaction(callable $work): bool
    {
        if ($this->connection->getPdo()->getAttribute(PDO::ATTR_ERRMODE) !== PDO::ERRMODE_EXCEPTION) {
            // Laravel does not look at what a statement returns: one that failed would look like a repeated event.
            throw new ConfigurationError('the connection of LaravelStore must have PDO::ERRMODE_EXCEPTION, as Laravel sets it');
        }
        // One attempt: after a deadlock the error passes on, and the event is delivered again.
        return $this->connection->transaction(function (Connection $connection) use ($work): bool {
            $level = $connection->transactionLevel();
            return $work($connection, fn (): bool => $connection->transactionLevel() === $level);
        }, 1);
    }

    protected function change(string $sql, array $values = []): int
    {
        return $this->connection->affectingStatement($sql, $values);
    }

    protected function value(string $sql, array $values): ?string
    {
        // By the connection that writes: a replica may be behind.
        $rows = $this->connection->select($sql, $values, false);
        return $rows === [] ? null : (string) current((array) $rows[0]);
    }
}
