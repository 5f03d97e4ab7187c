package africa.lomi

import africa.lomi.internal.Reply
import java.time.Duration

/** What `findOutcome` has found out about a call whose outcome was unknown. */
sealed class FoundOutcome {
    /** The work was done once; after a call that was sent again with its key, perhaps only now. */
    class Done internal constructor(
        /** What the call has made or changed: a [Model], or any JSON; null after a delete. */
        @get:JvmName("object") val `object`: Any?,
    ) : FoundOutcome()

    /** The work was not done, and will not be: the call may be made again. */
    object NotDone : FoundOutcome()

    /** It is not known whether the work was done. */
    class Ambiguous internal constructor(
        /** The objects that may be the one that the call has made or changed. */
        val candidates: List<Any?>,
        /** One sentence for people. */
        val reason: String,
        /** After which time it makes sense to ask again; null if it makes none. */
        val askAgainAfter: Duration?,
    ) : FoundOutcome()

    internal companion object {
        fun of(reply: Reply): FoundOutcome {
            val values = reply.any() as Map<*, *>
            val objects = reply.objects("objects")
            return when (values["outcome"]) {
                "done" -> Done(objects.firstOrNull())
                "not_done" -> NotDone
                else -> Ambiguous(objects, values["reason"].toString(), values["ask_again_after"]?.let(LomiException::duration))
            }
        }
    }
}
