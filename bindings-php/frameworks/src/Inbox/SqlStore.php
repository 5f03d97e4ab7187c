<?php

declare(strict_types=1);

namespace LomiSDK\Inbox;

use LomiSDK\Exception\ConfigurationError;
use LomiSDK\Internal\Messages;
use Throwable;

/**
 * What the stores over SQL have in common: marks and the cursor in one table (docs/inbox.md).
 *
 * @internal use PdoStore or LaravelStore
 */
abstract class SqlStore implements Store
{
    private const DIALECTS = ['sqlite' => 'sqlite', 'pgsql' => 'postgresql', 'mysql' => 'mysql', 'mariadb' => 'mysql'];

    private string $dialect;
    private bool $engineChecked;

    protected function __construct(string $driver, private string $table)
    {
        if (preg_match('/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)?$/D', $table) !== 1) {
            throw new ConfigurationError(Messages::text('table_not_plain', ['example' => 'shop.lomi_inbox']));
        }
        $this->dialect = self::DIALECTS[$driver] ?? throw new ConfigurationError(
            "an inbox can be in SQLite, PostgreSQL, MySQL or MariaDB, not in $driver"
        );
        $this->engineChecked = $this->dialect !== 'mysql';
    }

    /**
     * Does the work in a transaction: commits if it returns true, else writes nothing.
     *
     * @param callable(object, callable(): bool): bool $work gets the connection, and whether the transaction is
     *     still the one that was begun for it
     */
    abstract protected function transaction(callable $work): bool;

    /**
     * Runs a statement; throws if it fails.
     *
     * @param list<string|int> $values
     * @return int how many rows it changed
     */
    abstract protected function change(string $sql, array $values = []): int;

    /**
     * Runs a query; throws if it fails.
     *
     * @param list<string|int> $values
     * @return string|null the first column of the first row; null where there is no row
     */
    abstract protected function value(string $sql, array $values): ?string;

    public function createTable(): void
    {
        $sql = $this->sql(Statements::CREATE[$this->dialect]);
        try {
            $this->change($sql);
        } catch (Throwable $error) {
            // Where two processes create it at once, PostgreSQL refuses the second one despite IF NOT EXISTS.
            try {
                $this->change($sql);
            } catch (Throwable) {
                throw $error;
            }
        }
        $this->checkEngine();
    }

    public function handle(string $key, string $name, string $source, ?string $cursor, callable $work): bool
    {
        if (!$this->engineChecked) {
            $this->checkEngine();
        }
        return $this->transaction(function (object $connection, callable $isOpen) use ($key, $name, $source, $cursor, $work): bool {
            // First of all, so that SQLite takes its lock for writers now, and waits for it: a transaction that
            // begins with a read is refused at its first write when another one has written in between.
            $mark = $this->sql(Statements::MARK[$this->dialect]);
            if ($this->change($mark, [$key, $name, $source, time()]) === 0) {
                return false;
            }
            $work($connection);
            $this->checkMark($key, $isOpen);
            if ($cursor !== null) {
                // Last, because other processes that reconcile wait for this row.
                $this->storeCursor($cursor);
            }
            return true;
        });
    }

    public function loadCursor(): ?string
    {
        return $this->value($this->sql(Statements::LOAD_CURSOR), [Statements::CURSOR_KEY]);
    }

    public function storeCursor(string $cursor): void
    {
        $sql = $this->sql(Statements::STORE_CURSOR[$this->dialect]);
        $this->change($sql, [Statements::CURSOR_KEY, Statements::CURSOR_KEY, $cursor, time()]);
    }

    public function deleteBefore(int $time): int
    {
        return $this->change($this->sql(Statements::DELETE_OLD), [$time]);
    }

    private function sql(string $statement): string
    {
        return str_replace('{table}', $this->table, $statement);
    }

    /**
     * A handler may have caught the error of a statement that ended the transaction: then PostgreSQL answers COMMIT
     * with a rollback and no error, and MySQL, after a deadlock, commits each statement by itself.
     */
    private function checkMark(string $key, callable $isOpen): void
    {
        $cause = null;
        try {
            if ($isOpen() && $this->value($this->sql(Statements::LOAD_CURSOR), [$key]) !== null) {
                return;
            }
        } catch (Throwable $cause) {
        }
        throw new InboxRolledBackError(Messages::text('inbox_rolled_back'), $cause);
    }

    /** In a table without transactions, a mark would stay when its handler fails, and the event would be lost. */
    private function checkEngine(): void
    {
        if ($this->dialect === 'mysql') {
            $names = explode('.', $this->table);
            $engine = $this->value(
                'SELECT t.ENGINE FROM information_schema.TABLES t JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE'
                . " WHERE t.TABLE_SCHEMA = COALESCE(NULLIF(?, ''), DATABASE()) AND t.TABLE_NAME = ? AND e.TRANSACTIONS <> 'YES'",
                [isset($names[1]) ? $names[0] : '', end($names)],
            );
            if ($engine !== null) {
                throw new ConfigurationError(Messages::text('inbox_engine', ['table' => $this->table]));
            }
        }
        $this->engineChecked = true;
    }
}
