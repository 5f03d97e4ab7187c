package africa.lomi

import africa.lomi.internal.Bridge

/** An amount with its currency, in the currency's smallest unit. It is never scaled silently. */
class Money private constructor(values: Map<String, Any?>) {
    /** An amount of the smallest unit: 5000 is 5 000 F CFA, and 50 euros. */
    constructor(amount: Long, currency: String) : this(Bridge.money(amount.toString(), currency))

    /** The number of smallest units. */
    val amount: Long = values["amount"] as Long
    val currency: String = values["currency"] as String

    /** Number of decimals of the main unit: 0 for XOF, 2 for EUR and USD. */
    val decimals: Int = (values["decimals"] as Long).toInt()
    private val text = values["text"] as String

    override fun equals(other: Any?): Boolean = other is Money && amount == other.amount && currency == other.currency

    override fun hashCode(): Int = 31 * amount.hashCode() + currency.hashCode()

    /** As people in West Africa write it: `5 000 F CFA`, `50,00 €`. */
    override fun toString(): String = text

    companion object {
        /** An amount as digits. */
        internal fun of(amount: String, currency: String): Money = Money(Bridge.money(amount, currency))

        /** An amount written in the currency's main unit, such as `"50.00"` for 50 euros. */
        @JvmStatic
        fun fromMajor(text: String, currency: String): Money = Money(Bridge.moneyFromMajor(text, currency))
    }
}
