<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support\Inbox;

use Illuminate\Database\Capsule\Manager;
use Illuminate\Database\Connection;
use LomiSDK\Inbox\Inbox;
use LomiSDK\Inbox\LaravelStore;
use LomiSDK\Inbox\PdoStore;
use LomiSDK\Inbox\RedisStore;
use LomiSDK\Inbox\RedisTransaction;
use LomiSDK\Inbox\Store;
use LomiSDK\Model\Event;
use PDO;
use Redis;

/**
 * A shop with an inbox. Its handler writes a line for each event, and adds each payment to a balance. Nothing but the
 * inbox keeps the shop from writing a line twice.
 */
final class Shop
{
    public const SQL = ['sqlite', 'pgsql', 'mysql', 'laravel-sqlite', 'laravel-pgsql', 'laravel-mysql'];
    public const KINDS = [...self::SQL, 'redis', 'predis'];

    private const INNODB = ['sqlite' => '', 'pgsql' => '', 'mysql' => ' ENGINE=InnoDB'];

    public readonly Inbox $inbox;
    public readonly Store $store;

    /** What the handler gets, where that is one object. */
    public readonly Connection|PDO|null $connection;

    /** To read with. */
    private PDO|Redis $reader;
    private string $database;

    /**
     * @param array<string, array<string, string|int>> $servers those of Databases
     * @param string $name a new one for each shop: a part of its tables' and keys' names
     * @param float $lease of Redis, in seconds
     * @param string|null $broken see BrokenStore
     */
    public function __construct(public readonly string $kind, private array $servers, public readonly string $name, float $lease = 5, ?string $broken = null)
    {
        [$this->database, $laravel] = [str_replace(['laravel-', 'predis'], ['', 'redis'], $kind), str_starts_with($kind, 'laravel')];
        if ($this->database === 'redis') {
            $this->connection = null;
            $this->reader = $this->redis();
            $client = $kind === 'redis' ? $this->reader : new PredisClient($this->reader);
            $this->store = new RedisStore($client, "$name:inbox:", $lease);
        } elseif ($laravel) {
            $this->connection = $this->laravel();
            $this->reader = $this->connection->getPdo();
            $this->store = new LaravelStore($this->connection, "inbox_$name");
        } else {
            $this->connection = $this->reader = $this->pdo();
            $store = new PdoStore($this->connection, "inbox_$name");
            $this->store = $broken === null ? $store : new BrokenStore($store, $this->connection, $broken);
        }
        $this->inbox = new Inbox($this->store);
    }

    /** A new connection. */
    public function pdo(array $options = []): PDO
    {
        $server = $this->servers[['pgsql' => 'postgresql', 'mysql' => 'mariadb', 'sqlite' => 'sqlite'][$this->database]];
        $where = $this->database === 'sqlite' ? $this->file() : "host={$server['host']};port={$server['port']};dbname={$server['database']}";
        $pdo = new PDO("$this->database:$where", $server['user'] ?? null, $server['password'] ?? null, $options);
        if ($this->database === 'sqlite') {
            $pdo->exec('PRAGMA synchronous = OFF'); // matters when the machine loses power, not when a process is killed
        }
        return $pdo;
    }

    public function redis(): Redis
    {
        $redis = new Redis();
        $redis->connect($this->servers['redis']['host'], $this->servers['redis']['port']);
        return $redis;
    }

    public function laravel(array $more = []): Connection
    {
        // Debian's package has its own autoload.
        require_once '/usr/share/php/Illuminate/Database/autoload.php';
        $server = $this->servers[['pgsql' => 'postgresql', 'mysql' => 'mariadb', 'sqlite' => 'sqlite'][$this->database]];
        $manager = new Manager();
        $settings = ['driver' => $this->database, 'prefix' => 'p_', 'username' => $server['user'] ?? null, 'charset' => 'utf8'];
        $file = [];
        if ($this->database === 'sqlite') {
            $file['database'] = $this->file();
            touch($this->file());
        }
        $manager->addConnection($more + $file + $settings + $server);
        $manager->setAsGlobal();
        $manager->bootEloquent();
        return $manager->getConnection();
    }

    /** Creates the tables. */
    public function create(): void
    {
        $this->inbox->createTable();
        if ($this->reader instanceof PDO) {
            $prefix = $this->prefix();
            $end = self::INNODB[$this->database];
            $this->reader->exec("CREATE TABLE {$prefix}lines_$this->name (line VARCHAR(200) NOT NULL)$end");
            $this->reader->exec("CREATE TABLE {$prefix}balance_$this->name (total BIGINT NOT NULL)$end");
            $this->reader->exec("INSERT INTO {$prefix}balance_$this->name VALUES (0)");
        }
    }

    /**
     * What writes a line and adds to the balance.
     *
     * @param callable(string): void|null $at is called with `within` between the two, and with `finished` after them
     */
    public function handler(?callable $at = null): callable
    {
        return function (Event $event, object $transaction) use ($at): void {
            $paid = (string) $event->getEvent() === 'PAYMENT_SUCCEEDED';
            $id = $paid ? $event->getData()->getTransactionId() : $event->getData()->getCheckoutSessionId();
            $line = "{$event->getEvent()} $id " . ($event->getSource() ?? 'webhook');
            $amount = $paid ? $event->getData()->getGrossAmount() : 0;
            $this->write($transaction, $line);
            $at === null || $at('within');
            $this->add($transaction, $amount);
            $at === null || $at('finished');
        };
    }

    private function write(object $transaction, string $line): void
    {
        match (true) {
            $transaction instanceof RedisTransaction => $transaction->queue('RPUSH', "$this->name:lines", $line),
            $transaction instanceof PDO => $transaction->prepare("INSERT INTO lines_$this->name VALUES (?)")->execute([$line]),
            default => $transaction->table("lines_$this->name")->insert(['line' => $line]),
        };
    }

    private function add(object $transaction, int $amount): void
    {
        match (true) {
            $transaction instanceof RedisTransaction => $transaction->queue('INCRBY', "$this->name:balance", $amount),
            $transaction instanceof PDO => $transaction->exec("UPDATE balance_$this->name SET total = total + $amount"),
            default => $transaction->table("balance_$this->name")->increment('total', $amount),
        };
    }

    /** @return list<string> what the handler has written */
    public function lines(): array
    {
        return $this->reader instanceof Redis ? $this->reader->lRange("$this->name:lines", 0, -1)
            : $this->reader->query("SELECT line FROM {$this->prefix()}lines_$this->name")->fetchAll(PDO::FETCH_COLUMN);
    }

    public function balance(): int
    {
        return $this->reader instanceof Redis ? (int) $this->reader->get("$this->name:balance")
            : (int) $this->reader->query("SELECT total FROM {$this->prefix()}balance_$this->name")->fetchColumn();
    }

    /** The number of events that are marked, without claims in Redis. */
    public function marks(): int
    {
        if ($this->reader instanceof Redis) {
            $keys = $this->reader->keys("$this->name:inbox:lomi-*");
            return count(array_filter($keys, fn (string $key): bool => str_starts_with($this->reader->get($key), 'handled')));
        }
        return (int) $this->reader->query("SELECT COUNT(*) FROM {$this->table()} WHERE event_name <> 'cursor'")->fetchColumn();
    }

    public function table(): string
    {
        return "{$this->prefix()}inbox_$this->name";
    }

    public function reader(): PDO|Redis
    {
        return $this->reader;
    }

    private function prefix(): string
    {
        return str_starts_with($this->kind, 'laravel') ? 'p_' : '';
    }

    private function file(): string
    {
        return "{$this->servers['sqlite']['folder']}/$this->name.sqlite";
    }
}
