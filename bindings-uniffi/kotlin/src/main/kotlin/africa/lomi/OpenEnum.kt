package africa.lomi

/** A value of an open enum of the API: the server may send values that this version does not know. */
abstract class OpenEnum internal constructor(
    /** The word as it is in JSON. */
    @get:JvmName("value") val value: String,
) {
    final override fun equals(other: Any?): Boolean =
        this === other || (other is OpenEnum && javaClass == other.javaClass && value == other.value)

    final override fun hashCode(): Int = value.hashCode()

    final override fun toString(): String = value
}
