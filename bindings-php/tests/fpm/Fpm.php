<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Fpm;

use LomiSDK\Tests\Support\Process;

/** A php-fpm with one pool and our extension. Its files end with the object. */
final class Fpm
{
    private string $folder;
    public readonly string $socket;
    public readonly int $master;

    /** @var resource */
    private $process;

    /** php-fpm of the PHP that runs the tests. */
    public static function program(): string
    {
        return '/usr/sbin/php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION;
    }

    /**
     * @param array<string, string|int> $pool settings of the pool
     * @param list<string> $arguments of php-fpm
     * @param string|null $preloaded a script that the master runs before it forks
     */
    public function __construct(array $pool, array $arguments = [], ?string $preloaded = null)
    {
        $folder = $this->folder = sys_get_temp_dir() . '/lomi-fpm-' . bin2hex(random_bytes(4));
        mkdir($folder);
        $this->socket = "$folder/socket";
        $pool += ['listen' => $this->socket, 'listen.backlog' => 1024, 'catch_workers_output' => 'yes'];
        $pool += posix_geteuid() === 0 ? ['user' => 'root', 'group' => 'root'] : [];
        $lines = array_map(fn ($name, $value) => "$name = $value", array_keys($pool), $pool);
        file_put_contents("$folder/fpm.conf", implode("\n", [
            '[global]', "error_log = $folder/error.log", 'daemonize = no', 'process_control_timeout = 10',
            '[www]', ...$lines, '',
        ]));
        if ($preloaded !== null) {
            file_put_contents("$folder/preload.php", $preloaded);
            $user = posix_getpwuid(posix_geteuid())['name'] ?? '';
            array_push($arguments, '-d', 'zend_extension=opcache', '-d', "opcache.preload=$folder/preload.php", '-d', "opcache.preload_user=$user");
        }
        $command = [self::program(), '-n', '-R', '-d', 'extension=' . Process::library(), ...$arguments, '-y', "$folder/fpm.conf"];
        $this->process = proc_open($command, [1 => ['file', "$folder/out.log", 'w'], 2 => ['file', "$folder/out.log", 'a']], $pipes)
            ?: throw new \RuntimeException('cannot start php-fpm');
        for ($i = 0; $i < 200 && !file_exists($this->socket); $i++) {
            usleep(25_000);
        }
        $this->master = proc_get_status($this->process)['pid'];
    }

    /** Ends it as a service manager does; whether it ended well. */
    public function end(): bool
    {
        proc_terminate($this->process, SIGQUIT);
        for ($i = 0; $i < 100 && proc_get_status($this->process)['running']; $i++) {
            usleep(50_000);
        }
        $status = proc_get_status($this->process);
        return !$status['running'] && $status['exitcode'] <= 0 && !$status['signaled'];
    }

    public function log(): string
    {
        return (string) @file_get_contents("$this->folder/error.log");
    }

    public function __destruct()
    {
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
        array_map('unlink', glob("$this->folder/*") ?: []);
        @rmdir($this->folder);
    }
}
