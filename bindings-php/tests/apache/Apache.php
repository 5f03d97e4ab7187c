<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Apache;

use LomiSDK\Tests\Support\Process;

/** Apache with PHP as its module, our extension and one script. Its files end with the object. */
final class Apache
{
    private string $folder;
    private string $address;
    public readonly int $parent;

    /** @var resource */
    private $process;

    /** Apache's module of the PHP that runs the tests. */
    public static function module(): string
    {
        return '/usr/lib/apache2/modules/libphp' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION . '.so';
    }

    public function __construct(string $script)
    {
        $folder = $this->folder = sys_get_temp_dir() . '/lomi-apache-' . bin2hex(random_bytes(4));
        mkdir($folder);
        $free = stream_socket_server('tcp://127.0.0.1:0') ?: throw new \RuntimeException('there is no free port');
        $this->address = (string) stream_socket_get_name($free, false);
        fclose($free);
        file_put_contents("$folder/php.ini", 'extension=' . Process::library() . "\n");
        file_put_contents("$folder/index.php", $script);
        $modules = dirname(self::module());
        file_put_contents("$folder/apache.conf", implode("\n", [
            "ServerRoot $folder", 'ServerName localhost', "Listen $this->address", "DefaultRuntimeDir $folder",
            "PidFile $folder/pid", "ErrorLog $folder/error.log", "DocumentRoot $folder", "PHPIniDir $folder",
            "LoadModule mpm_prefork_module $modules/mod_mpm_prefork.so",
            "LoadModule authz_core_module $modules/mod_authz_core.so",
            'LoadModule php_module ' . self::module(),
            'StartServers 2', 'SetHandler application/x-httpd-php',
            ...(posix_geteuid() === 0 ? ['User www-data', 'Group www-data'] : []), '',
        ]));
        $log = ['file', "$folder/out.log", 'a'];
        // Without the extensions of the system's folder.
        $environment = ['PHP_INI_SCAN_DIR' => ''] + getenv();
        // At its end, Apache signals its whole process group.
        $command = ['setsid', '/usr/sbin/apache2', '-f', "$folder/apache.conf", '-DFOREGROUND'];
        $this->process = proc_open($command, [1 => $log, 2 => $log], $pipes, null, $environment)
            ?: throw new \RuntimeException('cannot start apache2');
        $this->parent = proc_get_status($this->process)['pid'];
    }

    /** What the script says. Waits while Apache starts. */
    public function get(): string
    {
        $context = stream_context_create(['http' => ['ignore_errors' => true, 'timeout' => 20]]);
        for ($i = 0; $i < 200; $i++) {
            $body = @file_get_contents("http://$this->address/index.php", false, $context);
            if ($body !== false || !proc_get_status($this->process)['running']) {
                break;
            }
            usleep(25_000);
        }
        return $body === false ? "no response:\n" . $this->log() : $body;
    }

    public function isRunning(): bool
    {
        return proc_get_status($this->process)['running'];
    }

    public function log(): string
    {
        return @file_get_contents("$this->folder/out.log") . @file_get_contents("$this->folder/error.log");
    }

    public function __destruct()
    {
        proc_terminate($this->process);
        for ($i = 0; $i < 200 && $this->isRunning(); $i++) {
            usleep(25_000);
        }
        proc_terminate($this->process, SIGKILL);
        proc_close($this->process);
        array_map('unlink', glob("$this->folder/*") ?: []);
        @rmdir($this->folder);
    }
}
