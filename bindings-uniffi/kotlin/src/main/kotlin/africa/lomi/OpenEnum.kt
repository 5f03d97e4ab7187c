package africa.lomi

/** A word of the API. The server may send words that this version does not know, so that there is no closed list. */
abstract class OpenEnum internal constructor(
    /** The word as it is in JSON. */
    @get:JvmName("value") val value: String,
) {
    final override fun equals(other: Any?): Boolean =
        this === other || (other is OpenEnum && javaClass == other.javaClass && value == other.value)

    final override fun hashCode(): Int = value.hashCode()

    final override fun toString(): String = value
}
