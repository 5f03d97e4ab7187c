// The work of one client in a process of its own: prints what it took as JSON.
//
//     java @bench.args africa.lomi.bench.ClientKt CLIENT TASK URL CALLS WARM-UP
//
// `cpu` is client CPU per call (the whole process, so that the compiler's and the collector's threads count), `p50` and
// `p99` are how long one call took; all in microseconds. A task is a call of Clients.kt, or `pages` (10,000 rows, two
// fields read).

package africa.lomi.bench

import com.sun.management.OperatingSystemMXBean
import java.lang.management.ManagementFactory

private val system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean::class.java)

fun main(arguments: Array<String>) {
    val (name, task, url) = arguments
    val calls = arguments.getOrElse(3) { "1" }.toInt()
    val warm = arguments.getOrElse(4) { "0" }.toInt()
    val client = client(name, url)
    val call: () -> Unit = when (task) {
        "create" -> client::create
        "get" -> client::get
        "list" -> client::list
        "list-all" -> client::listAll
        else -> { -> check(client.pages() == 10_000) }
    }
    repeat(warm) { call() }
    val before = system.processCpuTime
    val taken = LongArray(calls) {
        val started = System.nanoTime()
        call()
        System.nanoTime() - started
    }
    val cpu = (system.processCpuTime - before) / 1e3 / calls
    taken.sort()
    println("""{"cpu":$cpu,"p50":${taken[calls * 50 / 100] / 1e3},"p99":${taken[calls * 99 / 100] / 1e3}}""")
}
