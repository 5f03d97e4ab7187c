<?php

declare(strict_types=1);

namespace LomiSDK\Tests\Support;

/** A certificate authority of a test, and the certificates it has signed. Its files end with the object. */
final class Authority
{
    private string $folder;
    /** The certificate of the authority. */
    public readonly string $file;

    public function __construct()
    {
        $this->folder = sys_get_temp_dir() . '/lomi-authority-' . bin2hex(random_bytes(6));
        mkdir($this->folder, 0700);
        $this->file = "$this->folder/ca.pem";
        $this->run('req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -days 2'
            . ' -subj /CN=' . basename($this->folder) . ' -addext basicConstraints=critical,CA:TRUE');
    }

    /** @return array{string, string} the files of a certificate for this name, and of its key */
    public function certificate(string $name): array
    {
        file_put_contents("$this->folder/ext", "subjectAltName=DNS:$name\n");
        $this->run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout $name.key -out $name.csr -subj /CN=$name");
        $this->run("x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days 2 -extfile ext");
        return ["$this->folder/$name.pem", "$this->folder/$name.key"];
    }

    /** A server with a certificate for this name; it asks clients for one where `$asks`. */
    public function server(string $name, string $body, bool $asks = false): FaultServer
    {
        [$certificate, $key] = $this->certificate($name);
        $client = ['verify_peer' => true, 'verify_peer_name' => false, 'capture_peer_cert' => true, 'cafile' => $this->file];
        $tls = ['local_cert' => $certificate, 'local_pk' => $key] + ($asks ? $client : ['verify_peer' => false]);
        return new FaultServer([['body' => $body]], $tls);
    }

    public function __destruct()
    {
        array_map('unlink', glob("$this->folder/*") ?: []);
        rmdir($this->folder);
    }

    private function run(string $command): void
    {
        exec('cd ' . escapeshellarg($this->folder) . " && openssl $command 2>&1", $said, $status);
        if ($status !== 0) {
            throw new \RuntimeException(implode("\n", $said));
        }
    }
}
