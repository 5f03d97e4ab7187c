// The first answer of a fresh JVM: a client is made and makes one create. What the process takes is measured from outside.
//
//     java @bench-first.args africa.lomi.bench.FirstKt CLIENT URL
//
// `none` does nothing, which shows what the JVM itself takes.

package africa.lomi.bench

fun main(arguments: Array<String>) {
    val (name, url) = arguments
    if (name != "none") client(name, url).create()
}
