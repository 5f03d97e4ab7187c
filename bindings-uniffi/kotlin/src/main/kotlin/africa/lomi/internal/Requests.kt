package africa.lomi.internal

import africa.lomi.CallOptions
import java.nio.file.Path

/** The calls that a client can make, as the native library reads them. */
internal object Requests {
    private const val OPERATION = 0
    private const val REQUEST = 1
    private const val DOWNLOAD = 2
    private const val PREWARM = 3
    private const val CONFIRM = 4

    fun operation(number: Int, input: Input, options: CallOptions?): Work =
        call(Packer().byte(OPERATION).short(number).value(input.values()).value(options?.values))

    fun request(method: String, path: String, input: Input, options: Map<String, Any?>?): Work =
        call(Packer().byte(REQUEST).text(method).text(path).value(input.values()).value(options))

    fun download(url: String, options: CallOptions?, maxBytes: Long?, to: Path? = null): Work {
        val values = options?.values.orEmpty() + mapOf("maxBytes" to maxBytes, "to" to to)
        return call(Packer().byte(DOWNLOAD).text(url).value(values))
    }

    fun prewarm(): Work = call(Packer().byte(PREWARM))

    /** The second call of one that the server has asked to confirm. */
    fun confirm(number: Int, input: Input, options: CallOptions?, key: String?, token: Any?): Work = call(
        Packer().byte(CONFIRM).short(number).value(input.values()).value(options?.values).value(key).value(token),
    )

    private fun call(packer: Packer): Work = Work(Work.CALL, packer.done())
}
